/// What a data set is called in titles. A stand-in never goes by the name of what it stands in for.
pub fn dataset_name(dataset: &str) -> &str {
    match dataset {
        "mnist" => "MNIST",
        "fashion-mnist" => "Fashion-MNIST",
        "usps-9298" => "USPS (9,298)",
        "usps-11000" => "USPS (11,000)",
        "emnist-balanced" => "EMNIST-Balanced",
        "emnist-bymerge-subset" => "EMNIST ByMerge subset",
        "uci-har" => "UCI HAR",
        "rcv1-subset" => "RCV1 subset (23,405)",
        other => other,
    }
}

/// Whether a data set stands in for the paper's, so that what is published is of other data.
pub(crate) fn is_stand_in(dataset: &str) -> bool {
    dataset.ends_with("-subset")
}
