/// What the rows of the data are: decides the defaults of every method.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shape {
    /// Pictures, a pixel a column, or anything else whose columns have one scale.
    #[default]
    Images,
    /// Word weights, as tf-idf gives them: rows are compared by their direction.
    Text,
    /// Measurements, each column with a scale of its own.
    Tables,
}

impl Shape {
    /// Every shape.
    pub const ALL: [Self; 3] = [Self::Images, Self::Text, Self::Tables];
}
