//! The names of what a fit leaves, for those who write and those who read them.

/// The trainings of networks, in [`Context::stages`](crate::Context::stages) and in what progress says.
pub mod stages {
    /// The autoencoder that sees all samples.
    pub const AUTOENCODER: &str = "autoencoder";
    /// The training in which everything moves together.
    pub const JOINT: &str = "joint training";
    /// That of MIXAE, which has no other.
    pub const MIXTURE: &str = "mixture of autoencoders";
}

/// Single numbers, in [`Fitted::facts`](crate::Fitted).
pub mod facts {
    /// How many of the k clusters have no sample.
    pub const EMPTY_CLUSTERS: &str = "clusters without samples";
    /// How many of the k clusters have up to a tenth of an equal share of the samples, those without any among them.
    pub const SMALL_CLUSTERS: &str = "clusters nearly empty";
    /// Share of the samples that the largest cluster has.
    pub const LARGEST_SHARE: &str = "share of the largest cluster";
    /// Mean over the samples of the evidence lower bound, in nats, one code drawn for each: higher is better.
    pub const EVIDENCE: &str = "evidence lower bound";
    /// Mean log-likelihood of the codes under the mixture that a joint training starts from.
    pub const START_LIKELIHOOD: &str = "log-likelihood of the start";
    /// Mean log-likelihood of a sample's features under the mixture that was fitted.
    pub const LIKELIHOOD: &str = "log-likelihood";
    /// Iterations of expectation-maximisation of the fit that was kept.
    pub const EM_ITERATIONS: &str = "iterations of expectation-maximisation";
    /// Entropy of a sample's soft assignment, averaged over the samples, in nats.
    pub const SAMPLE_ENTROPY: &str = "sample entropy";
    /// Entropy of the mean soft assignment, in nats.
    pub const BATCH_ENTROPY: &str = "batch entropy";
    /// The sum of squared distances to the centres that k-means minimised.
    pub const INERTIA: &str = "inertia";
    /// Iterations of the best start of k-means.
    pub const K_MEANS_ITERATIONS: &str = "k_means_iterations";
    /// Share of the variance that the components keep.
    pub const EXPLAINED_VARIANCE_RATIO: &str = "explained_variance_ratio";
    /// Trainable values of the network.
    pub const PARAMETERS: &str = "parameters";
    /// Steps of a joint training that counts steps.
    pub const STEPS: &str = "steps";
    /// Modularity of the communities at resolution 1.
    pub const MODULARITY: &str = "modularity";
    /// The resolution at which they were found.
    pub const RESOLUTION: &str = "resolution";
    /// Large parts of the neighbour graph, where they are more than the clusters asked for and the nearest were joined.
    pub const JOINED_PARTS: &str = "parts of the graph that were joined";
    /// Parts of a neighbour graph that nothing ties to others, and that were too small to be a cluster.
    pub const DISSOLVED_PARTS: &str = "parts of the graph too small for a cluster";
    /// Samples in the largest of these parts.
    pub const LARGEST_DISSOLVED: &str = "samples of the largest part too small for a cluster";
    /// Mean adjusted Rand index of the reported seed's communities with those of the others.
    pub const AGREEMENT: &str = "agreement of seeds";
    /// Seeds for which no resolution gave k communities.
    pub const FAILED_SEEDS: &str = "seeds without k communities";
    /// Mean share of the seeds that put a sample where it is.
    pub const CONFIDENCE: &str = "confidence";
    /// Clusters that a method found which takes no k.
    pub const CLUSTERS_FOUND: &str = "clusters found";
    /// The dimension in which the samples lie, by the distances to their neighbours.
    pub const DIMENSION: &str = "intrinsic dimension";
    /// How far a peak of the density has to stand out to be a cluster, in standard deviations of the log density.
    pub const THRESHOLD: &str = "prominence that makes a cluster";
    /// How far the least of the clusters stands out that meet a denser one.
    pub const WEAKEST_PEAK: &str = "prominence of the weakest cluster";
    /// How far the highest of the peaks stood out that were joined to another.
    pub const JOINED_PEAK: &str = "prominence of the strongest peak that was joined";
    /// Share of the samples that belong to no cluster.
    pub const NOISE: &str = "share of noise";
    /// Epochs of a joint training that counts epochs.
    pub const JOINT_EPOCHS: &str = "epochs of the joint training";
    /// The epoch at which a stop without labels would have ended the joint training, or did.
    pub const STABLE_EPOCH: &str = "epoch with stable clusters";
}

/// Sequences of numbers, in [`Fitted::history`](crate::Fitted).
pub mod series {
    /// The loss of a training that is the only one.
    pub const LOSS: &str = "loss";
    /// The loss of a joint training after others.
    pub const JOINT_LOSS: &str = "joint loss";
    /// How far reconstructions are from their originals.
    pub const RECONSTRUCTION: &str = "reconstruction loss";
    /// The same in a joint training, as one part of its loss.
    pub const JOINT_RECONSTRUCTION: &str = "reconstruction loss of the joint training";
    /// The same of the clusters' own autoencoders, before the joint training.
    pub const CLUSTER_RECONSTRUCTION: &str = "reconstruction loss of the clusters' autoencoders";
    /// The soft nearest neighbour loss.
    pub const NEIGHBOURS: &str = "soft nearest neighbour loss";
    /// The norm of the reconstruction's gradient.
    pub const RECONSTRUCTION_GRADIENT: &str = "gradient norm, reconstruction";
    /// The norm of the weighted soft nearest neighbour loss's gradient.
    pub const NEIGHBOURS_GRADIENT: &str = "gradient norm, weighted soft nearest neighbour";
    /// The soft nearest neighbour loss at a temperature of 1, whatever is trained at.
    pub const NEIGHBOURS_AT_ONE: &str = "loss at T = 1";
    /// Share of the samples whose cluster changed between two updates.
    pub const CHANGED: &str = "share of samples that changed";
    /// The cross-entropy of DAMIC's gate in its first training.
    pub const GATE: &str = "loss of the gate";
    /// Mean of ‖x − x̂‖².
    pub const SQUARED_ERROR: &str = "squared reconstruction error";
    /// The t-distribution cross-entropy of codes and embeddings, summed over a batch.
    pub const CROSS_ENTROPY: &str = "cross-entropy of codes and embeddings";
    /// Mean of ‖z − m‖².
    pub const SQUARED_DISTANCE: &str = "squared distance to the centre";

    /// The loss of a layer's own training, counted from 1.
    pub fn of_layer(layer: usize) -> String {
        format!("loss of layer {layer}")
    }

    /// Share of the samples that the smallest cluster has.
    pub const SMALLEST: &str = "smallest share of a cluster";
    /// Share of the samples that the largest cluster has.
    pub const LARGEST: &str = "largest share of a cluster";
    /// −ln p(x | z) of the evidence bound, weighted, in nats.
    pub const LIKELIHOOD: &str = "negative log-likelihood";
    /// Σ_c γ_c KL(q(z | x) ‖ N_c) of the evidence bound, in nats.
    pub const CODES: &str = "divergence of the codes";
    /// KL(γ ‖ π) of the evidence bound, in nats.
    pub const CLUSTERS: &str = "divergence of the clusters";
    /// Entropy of a sample's soft assignment, averaged over the samples, in nats.
    pub const SAMPLE_ENTROPY: &str = "sample entropy";
    /// Entropy of a batch's mean soft assignment, averaged over the batches, in nats.
    pub const BATCH_ENTROPY: &str = "batch entropy";
    /// Its weight α.
    pub const SAMPLE_ENTROPY_WEIGHT: &str = "weight of the sample entropy";
    /// Its weight β.
    pub const BATCH_ENTROPY_WEIGHT: &str = "weight of the batch entropy";
    /// How far soft assignments move under changes of the samples, in nats.
    pub const CONSISTENCY: &str = "divergence under changes";

    /// What the names of shares begin with.
    pub const SHARE: &str = "share of ";

    /// The same of clusters.
    pub(crate) const SHARE_OF_CLUSTER: &str = "share of cluster ";

    /// Mean responsibility of a cluster, counted from 0.
    pub fn share_of(cluster: usize) -> String {
        format!("{SHARE_OF_CLUSTER}{cluster}")
    }
}
