//! Every method on three well-parted blobs: it finds them, repeats itself bit for bit, and predicts what it fitted.

mod blobs;
mod every_method;
mod interrupted;
mod joint_training;
mod mixtures;
mod sparse;
