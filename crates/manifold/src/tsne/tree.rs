//! A quad-tree (octree in three dimensions) over points in Morton order.

/// Points a leaf may hold.
const LEAF: usize = 8;

/// One cell. A cell with children has no points of its own in the walk; a leaf has no children.
#[derive(Clone, Copy)]
pub(super) struct Cell<const D: usize> {
    /// Mean of the points.
    pub centre: [f32; D],
    /// Width of the cell, squared.
    pub width2: f32,
    /// Points, in Morton order.
    pub first: u32,
    pub count: u32,
    /// Children are consecutive cells; 0 of them mark a leaf.
    pub child: u32,
    pub children: u32,
}

/// The tree, and the points in its order.
pub(super) struct Tree<const D: usize> {
    pub cells: Vec<Cell<D>>,
    pub points: Vec<[f32; D]>,
    /// Original number of each point.
    pub order: Vec<u32>,
    codes: Vec<(u64, u32)>,
    levels: u32,
}

impl<const D: usize> Tree<D> {
    pub(super) fn new(n: usize) -> Self {
        Self {
            cells: Vec::new(),
            points: vec![[0.0; D]; n],
            order: vec![0; n],
            codes: (0..n).map(|i| (0, i as u32)).collect(),
            levels: 62 / D as u32,
        }
    }

    /// Builds the tree anew. The order of the last build is kept as the start of the sort, which it nearly is.
    pub(super) fn build(&mut self, y: &[[f32; D]]) {
        let (low, width) = cube(y);
        let steps = (1_u64 << self.levels) as f32;
        // Below the largest code even after rounding.
        let scale = if width > 0.0 { steps / width * (1.0 - f32::EPSILON) } else { 0.0 };
        let top = (1_u64 << self.levels) - 1;
        for (code, i) in &mut self.codes {
            let p = y[*i as usize];
            let mut bits = [0_u64; D];
            for (b, (v, l)) in bits.iter_mut().zip(p.iter().zip(&low)) {
                *b = (((v - l) * scale) as u64).min(top);
            }
            *code = interleave(bits);
        }
        self.codes.sort_unstable();
        for ((point, order), &(_, i)) in self.points.iter_mut().zip(&mut self.order).zip(&self.codes) {
            *point = y[i as usize];
            *order = i;
        }
        self.cells.clear();
        let root = Cell {
            centre: [0.0; D],
            width2: width * width,
            first: 0,
            count: y.len() as u32,
            child: 0,
            children: 0,
        };
        self.cells.push(root);
        self.split(0, self.levels);
    }

    /// Divides cell `at`, whose points differ in the lowest `level` digits of their codes at most; sets its centre.
    fn split(&mut self, at: usize, level: u32) {
        let Cell { first, count, width2, .. } = self.cells[at];
        let (first, end) = (first as usize, (first + count) as usize);
        if count as usize <= LEAF || level == 0 {
            let mut sum = [0.0_f64; D];
            for p in &self.points[first..end] {
                sum.iter_mut().zip(p).for_each(|(s, v)| *s += f64::from(*v));
            }
            self.cells[at].centre = sum.map(|s| (s / f64::from(count)) as f32);
            return;
        }
        let shift = (level - 1) * D as u32;
        let digit = |code: u64| (code >> shift) & ((1 << D) - 1);
        let child = self.cells.len();
        let mut start = first;
        while start < end {
            let here = digit(self.codes[start].0);
            let stop = start + self.codes[start..end].partition_point(|c| digit(c.0) == here);
            self.cells.push(Cell {
                centre: [0.0; D],
                width2: width2 / 4.0,
                first: start as u32,
                count: (stop - start) as u32,
                child: 0,
                children: 0,
            });
            start = stop;
        }
        let children = self.cells.len() - child;
        self.cells[at].child = child as u32;
        self.cells[at].children = children as u32;
        let mut sum = [0.0_f64; D];
        for c in child..child + children {
            self.split(c, level - 1);
            let cell = self.cells[c];
            sum.iter_mut().zip(cell.centre).for_each(|(s, v)| *s += f64::from(v) * f64::from(cell.count));
        }
        self.cells[at].centre = sum.map(|s| (s / f64::from(count)) as f32);
    }
}

/// Lower corner and width of the smallest cube with a corner there that holds all points.
fn cube<const D: usize>(y: &[[f32; D]]) -> ([f32; D], f32) {
    let mut low = [f32::INFINITY; D];
    let mut high = [f32::NEG_INFINITY; D];
    for p in y {
        for ((l, h), v) in low.iter_mut().zip(&mut high).zip(p) {
            *l = l.min(*v);
            *h = h.max(*v);
        }
    }
    let width = low.iter().zip(&high).fold(0.0_f32, |w, (l, h)| w.max(h - l));
    (low, width)
}

/// The digits of all coordinates, highest first.
fn interleave<const D: usize>(bits: [u64; D]) -> u64 {
    let mut code = 0;
    for (d, &b) in bits.iter().enumerate() {
        let spread = if D == 2 { spread2(b) } else { spread3(b) };
        code |= spread << d;
    }
    code
}

/// One zero after every binary digit of a number below 2³¹.
fn spread2(mut v: u64) -> u64 {
    v = (v | (v << 16)) & 0x0000_ffff_0000_ffff;
    v = (v | (v << 8)) & 0x00ff_00ff_00ff_00ff;
    v = (v | (v << 4)) & 0x0f0f_0f0f_0f0f_0f0f;
    v = (v | (v << 2)) & 0x3333_3333_3333_3333;
    (v | (v << 1)) & 0x5555_5555_5555_5555
}

/// Two zeros after every binary digit of a number below 2²¹.
fn spread3(mut v: u64) -> u64 {
    v = (v | (v << 32)) & 0x001f_0000_0000_ffff;
    v = (v | (v << 16)) & 0x001f_0000_ff00_00ff;
    v = (v | (v << 8)) & 0x100f_00f0_0f00_f00f;
    v = (v | (v << 4)) & 0x10c3_0c30_c30c_30c3;
    (v | (v << 2)) & 0x1249_2492_4924_9249
}
