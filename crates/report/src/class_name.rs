use deepclust_datasets::catalog::FASHION_MNIST_CLASSES;

/// What tables and figures call a class: its name where the label is an index alone, else the label.
pub fn class_name(dataset: &str, class: usize) -> String {
    let known = match dataset {
        "fashion-mnist" => FASHION_MNIST_CLASSES.get(class).copied(),
        _ => None,
    };
    known.map_or_else(|| class.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::class_name;

    #[test]
    fn digits_keep_their_label_and_clothes_get_a_name() {
        assert_eq!(class_name("mnist", 9), "9");
        assert_eq!(class_name("fashion-mnist", 6), "Shirt");
        assert_eq!(class_name("fashion-mnist", 10), "10");
    }
}
