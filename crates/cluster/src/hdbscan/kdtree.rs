//! A tree of boxes over points in f64, which also knows core distances and components.

/// Points of a leaf at most.
const LEAF: usize = 16;
/// The component of a box whose points are of several.
const MIXED: u32 = u32::MAX;

/// The points in the tree's order, and its boxes.
pub(crate) struct KdTree {
    d: usize,
    points: Vec<f64>,
    /// Original number of each point.
    pub original: Vec<u32>,
    nodes: Vec<Node>,
    /// For every node its smallest and its largest coordinates.
    boxes: Vec<f64>,
}

struct Node {
    from: usize,
    to: usize,
    /// The second child; the first follows the node. 0 in a leaf.
    second: usize,
}

/// What a round of the spanning tree knows of every node.
pub(super) struct Marks {
    components: Vec<u32>,
    cores: Vec<f64>,
    first: Vec<u32>,
}

/// An edge: weight, then the two original numbers, the lower first. Edges order totally.
pub(super) type Edge = (f64, u32, u32);

impl KdTree {
    /// Of row-major points of `d` coordinates.
    pub(crate) fn new(rows: &[f64], d: usize) -> Self {
        let n = rows.len() / d;
        let mut tree = Self {
            d,
            points: Vec::new(),
            original: (0..n as u32).collect(),
            nodes: Vec::new(),
            boxes: Vec::new(),
        };
        let mut order = std::mem::take(&mut tree.original);
        tree.split(rows, &mut order, 0);
        tree.points = order.iter().flat_map(|&i| &rows[i as usize * d..][..d]).copied().collect();
        tree.original = order;
        tree
    }

    fn split(&mut self, rows: &[f64], order: &mut [u32], from: usize) {
        let d = self.d;
        let at = self.nodes.len();
        self.nodes.push(Node { from, to: from + order.len(), second: 0 });
        let start = self.boxes.len();
        self.boxes
            .extend(std::iter::repeat_n(f64::INFINITY, d).chain(std::iter::repeat_n(f64::NEG_INFINITY, d)));
        let sides = &mut self.boxes[start..];
        for &i in &*order {
            for (j, &v) in rows[i as usize * d..][..d].iter().enumerate() {
                sides[j] = sides[j].min(v);
                sides[d + j] = sides[d + j].max(v);
            }
        }
        let wide = |j: &usize| sides[d + j] - sides[*j];
        let widest = (0..d).max_by(|a, b| wide(a).total_cmp(&wide(b)).then(b.cmp(a))).unwrap_or(0);
        if order.len() <= LEAF {
            return;
        }
        let value = |i: u32| rows[i as usize * d + widest];
        let middle = order.len() / 2;
        order.select_nth_unstable_by(middle, |&a, &b| value(a).total_cmp(&value(b)).then(a.cmp(&b)));
        let (low, high) = order.split_at_mut(middle);
        self.split(rows, low, from);
        self.nodes[at].second = self.nodes.len();
        self.split(rows, high, from + middle);
    }

    pub(super) fn len(&self) -> usize {
        self.original.len()
    }

    pub(crate) fn point(&self, p: usize) -> &[f64] {
        &self.points[p * self.d..][..self.d]
    }

    /// Squared distance from a point to a box.
    fn apart(&self, node: usize, point: &[f64]) -> f64 {
        let (low, high) = self.boxes[node * 2 * self.d..][..2 * self.d].split_at(self.d);
        let sides = low.iter().zip(high).zip(point);
        sides.map(|((low, high), v)| (low - v).max(v - high).max(0.0)).map(|s| s * s).sum()
    }

    /// The `k` nearest points, as places in the tree with squared distances, equals by original number; `own` is left out.
    pub(crate) fn nearest(&self, point: &[f64], own: Option<usize>, k: usize) -> Vec<(f64, u32)> {
        let mut found: Vec<(f64, u32, u32)> = Vec::with_capacity(k + 1);
        self.visit(0, self.apart(0, point), point, own, k, &mut found);
        found.into_iter().map(|(square, _, p)| (square, p)).collect()
    }

    fn visit(
        &self,
        node: usize,
        apart: f64,
        point: &[f64],
        own: Option<usize>,
        k: usize,
        found: &mut Vec<(f64, u32, u32)>,
    ) {
        if found.len() == k && apart > found[k - 1].0 {
            return;
        }
        let Node { from, to, second } = self.nodes[node];
        if second > 0 {
            let (a, b) = (self.apart(node + 1, point), self.apart(second, point));
            let (first, last) =
                if a <= b { ((node + 1, a), (second, b)) } else { ((second, b), (node + 1, a)) };
            self.visit(first.0, first.1, point, own, k, found);
            self.visit(last.0, last.1, point, own, k, found);
            return;
        }
        for p in (from..to).filter(|p| Some(*p) != own) {
            let entry = (square(point, self.point(p)), self.original[p], p as u32);
            if found.len() < k || entry < found[k - 1] {
                let at = found.partition_point(|e| *e < entry);
                found.truncate(k - 1);
                found.insert(at, entry);
            }
        }
    }

    /// What every node holds: its component if it is one, its smallest core distance and its first original number.
    pub(super) fn marks(&self, components: &[u32], cores: &[f64]) -> Marks {
        let count = self.nodes.len();
        let mut marks = Marks { components: vec![0; count], cores: vec![0.0; count], first: vec![0; count] };
        for (at, node) in self.nodes.iter().enumerate().rev() {
            let (component, core, first) = if node.second > 0 {
                let (a, b) = (at + 1, node.second);
                let same = marks.components[a] == marks.components[b];
                let component = if same { marks.components[a] } else { MIXED };
                (component, marks.cores[a].min(marks.cores[b]), marks.first[a].min(marks.first[b]))
            } else {
                let range = node.from..node.to;
                let one = components[node.from];
                let same = components[range.clone()].iter().all(|&c| c == one);
                let core = cores[range.clone()].iter().fold(f64::INFINITY, |a, &b| a.min(b));
                let first = self.original[range].iter().copied().min().unwrap_or(0);
                (if same { one } else { MIXED }, core, first)
            };
            (marks.components[at], marks.cores[at], marks.first[at]) = (component, core, first);
        }
        marks
    }

    /// Lowers `best` to the least edge from point `p` out of its component; `bound` answers a weight that the least edge of
    /// the component does not exceed. Weights are squared mutual reachability distances.
    pub(super) fn leave(
        &self,
        p: usize,
        components: &[u32],
        cores: &[f64],
        marks: &Marks,
        bound: &impl Fn() -> f64,
        best: &mut Edge,
    ) {
        self.step(0, self.apart(0, self.point(p)), p, components, cores, marks, bound, best);
    }

    #[expect(clippy::too_many_arguments, reason = "a recursion passes its state on")]
    fn step(
        &self,
        node: usize,
        apart: f64,
        p: usize,
        components: &[u32],
        cores: &[f64],
        marks: &Marks,
        bound: &impl Fn() -> f64,
        best: &mut Edge,
    ) {
        let least = apart.max(cores[p]).max(marks.cores[node]);
        let own = self.original[p];
        if marks.components[node] == components[p] || least > best.0 || least > bound() {
            return;
        }
        // Among equal weights the lower numbers win: a box without lower ones need not be opened.
        if least == best.0 && own.min(marks.first[node]) > best.1 {
            return;
        }
        let Node { from, to, second } = self.nodes[node];
        if second > 0 {
            let point = self.point(p);
            let (a, b) = (self.apart(node + 1, point), self.apart(second, point));
            let (first, last) =
                if a <= b { ((node + 1, a), (second, b)) } else { ((second, b), (node + 1, a)) };
            self.step(first.0, first.1, p, components, cores, marks, bound, best);
            self.step(last.0, last.1, p, components, cores, marks, bound, best);
            return;
        }
        for q in (from..to).filter(|&q| components[q] != components[p]) {
            let weight = square(self.point(p), self.point(q)).max(cores[p]).max(cores[q]);
            let other = self.original[q];
            let edge = (weight, own.min(other), own.max(other));
            if edge < *best {
                *best = edge;
            }
        }
    }
}

fn square(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}
