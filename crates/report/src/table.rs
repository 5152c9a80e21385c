use super::Spread;

/// How a column is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A column's head.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// How it is set.
    pub align: Align,
    /// Digits after the point.
    pub decimals: usize,
    /// Whether mean and deviation stand in it: three columns in CSV.
    pub spread: bool,
    /// Whether the number of runs stands behind the deviation, in brackets.
    pub counted: bool,
}

impl Column {
    /// A column of words.
    pub fn words(name: impl Into<String>) -> Self {
        Self { name: name.into(), align: Align::Left, decimals: 0, spread: false, counted: false }
    }

    /// A column of single numbers.
    pub fn number(name: impl Into<String>, decimals: usize) -> Self {
        Self { name: name.into(), align: Align::Right, decimals, spread: false, counted: false }
    }

    /// A column of means with their deviations.
    pub fn spread(name: impl Into<String>, decimals: usize) -> Self {
        Self { name: name.into(), align: Align::Right, decimals, spread: true, counted: false }
    }

    /// The same with the number of runs in brackets.
    pub fn counted(self) -> Self {
        Self { counted: true, ..self }
    }
}

/// A number with that many decimals and a minus sign; what is rounded to 0 has none.
pub fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    match text.strip_prefix('-') {
        Some(digits) if digits.bytes().all(|byte| b"0.".contains(&byte)) => digits.to_owned(),
        Some(digits) => format!("−{digits}"),
        None => text,
    }
}

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Words.
    Text(String),
    /// A number.
    Number(f64),
    /// A difference, always with its sign.
    Difference(f64),
    /// Mean and deviation.
    Spread(Spread),
    /// Nothing was measured or published.
    None,
}

impl From<Option<f64>> for Cell {
    fn from(value: Option<f64>) -> Self {
        value.map_or(Self::None, Self::Number)
    }
}

impl From<Option<Spread>> for Cell {
    fn from(value: Option<Spread>) -> Self {
        value.map_or(Self::None, Self::Spread)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// A table that can be written as Markdown, CSV and LaTeX.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// What it shows, in a sentence.
    pub title: String,
    /// The heads.
    pub columns: Vec<Column>,
    /// The rows, each with a cell for every column.
    pub rows: Vec<Vec<Cell>>,
    /// What a reader must know.
    pub notes: Vec<String>,
}

impl Table {
    /// The table in Markdown, with its notes below it.
    pub fn to_markdown(&self) -> String {
        let line = |cells: Vec<String>| format!("|{}|\n", cells.join("|"));
        let mut text = line(self.columns.iter().map(|c| c.name.replace('|', "\\|")).collect());
        text += &line(
            self.columns.iter().map(|c| if c.align == Align::Left { "---" } else { "---:" }.into()).collect(),
        );
        for row in &self.rows {
            // No line break around ±.
            text += &line(self.cells(row, "\u{a0}±\u{a0}").map(|cell| cell.replace('|', "\\|")).collect());
        }
        for note in &self.notes {
            text.extend(["\n", note, "\n"]);
        }
        text
    }

    /// The table as CSV with full precision; a spread takes three columns: mean, deviation, runs.
    pub fn to_csv(&self) -> String {
        let mut lines = vec![self.columns.iter().flat_map(csv_heads).collect::<Vec<_>>().join(",")];
        for row in &self.rows {
            let cells = row.iter().zip(&self.columns).flat_map(|(cell, column)| csv_cells(cell, column));
            lines.push(cells.collect::<Vec<_>>().join(","));
        }
        lines.join("\n") + "\n"
    }

    /// The table as a LaTeX `table` for the booktabs package.
    pub fn to_latex(&self) -> String {
        let alignment: String =
            self.columns.iter().map(|c| if c.align == Align::Left { 'l' } else { 'r' }).collect();
        let line = |cells: Vec<String>| format!("{} \\\\\n", cells.join(" & "));
        let heads = line(self.columns.iter().map(|c| escape_latex(&c.name)).collect());
        let rows: String = self
            .rows
            .iter()
            .map(|row| line(self.cells(row, " ± ").map(|cell| escape_latex(&cell)).collect()))
            .collect();
        let notes: String = self.notes.iter().map(|note| format!("\n{}\n", escape_latex(note))).collect();
        format!(
            "\\begin{{table}}\n\\caption{{{}}}\n\\begin{{tabular}}{{{alignment}}}\n\\toprule\n{heads}\\midrule\n{rows}\\bottomrule\n\\end{{tabular}}\n{notes}\\end{{table}}\n",
            escape_latex(&self.title)
        )
    }

    /// The table without the columns in which nothing stands.
    pub fn without_empty_columns(mut self) -> Self {
        let filled: Vec<bool> = (0..self.columns.len())
            .map(|place| self.rows.iter().any(|row| row[place] != Cell::None))
            .collect();
        let retain = |place: usize| filled[place];
        let mut place = 0..;
        self.columns.retain(|_| place.next().is_some_and(retain));
        for row in &mut self.rows {
            let mut place = 0..;
            row.retain(|_| place.next().is_some_and(retain));
        }
        self
    }

    /// The texts of a row's cells.
    pub(crate) fn cells<'a>(
        &'a self,
        row: &'a [Cell],
        plus_minus: &'a str,
    ) -> impl Iterator<Item = String> + 'a {
        row.iter().zip(&self.columns).map(move |(cell, column)| {
            let decimals = column.decimals;
            match cell {
                Cell::Text(text) => text.clone(),
                Cell::Number(value) => fixed(*value, decimals),
                Cell::Difference(value) => format!("{value:+.decimals$}").replace('-', "−"),
                Cell::Spread(Spread { mean, std, n, .. }) => {
                    let std = std.map_or(String::new(), |std| format!("{plus_minus}{std:.decimals$}"));
                    let n = if column.counted { format!(" ({n})") } else { String::new() };
                    format!("{}{std}{n}", fixed(*mean, decimals))
                }
                Cell::None => "–".to_owned(),
            }
        })
    }
}

/// A number with a comma before every three digits.
pub fn grouped(n: usize) -> String {
    let digits = n.to_string();
    let groups = digits.as_bytes().rchunks(3).rev().map(|group| String::from_utf8_lossy(group).into_owned());
    groups.collect::<Vec<_>>().join(",")
}

fn csv_heads(column: &Column) -> Vec<String> {
    if column.spread {
        ["mean", "std", "runs"].iter().map(|part| csv_text(&format!("{} {part}", column.name))).collect()
    } else {
        vec![csv_text(&column.name)]
    }
}

fn csv_cells(cell: &Cell, column: &Column) -> Vec<String> {
    let mut cells = match cell {
        Cell::Text(text) => vec![csv_text(text)],
        Cell::Number(value) | Cell::Difference(value) => vec![value.to_string()],
        Cell::Spread(s) => {
            vec![s.mean.to_string(), s.std.map(|v| v.to_string()).unwrap_or_default(), s.n.to_string()]
        }
        Cell::None => vec![String::new()],
    };
    cells.resize(if column.spread { 3 } else { 1 }, String::new());
    cells
}

fn csv_text(text: &str) -> String {
    if text.contains([',', '"', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

fn escape_latex(text: &str) -> String {
    text.chars().fold(String::new(), |mut out, c| {
        match c {
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => {
                out.push('\\');
                out.push(c);
            }
            '\\' => out.push_str("\\textbackslash{}"),
            '~' => out.push_str("\\textasciitilde{}"),
            '^' => out.push_str("\\textasciicircum{}"),
            '±' => out.push_str("$\\pm$"),
            'λ' => out.push_str("$\\lambda$"),
            '‖' => out.push_str("$\\|$"),
            '¹' => out.push_str("$^1$"),
            '²' => out.push_str("$^2$"),
            '³' => out.push_str("$^3$"),
            '⁴' => out.push_str("$^4$"),
            '⁵' => out.push_str("$^5$"),
            '⁶' => out.push_str("$^6$"),
            '−' => out.push_str("$-$"),
            '→' => out.push_str("$\\rightarrow$"),
            '×' => out.push_str("$\\times$"),
            'Δ' => out.push_str("$\\Delta$"),
            '–' => out.push_str("--"),
            c => out.push(c),
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas() {
        assert_eq!([7, 999, 60_000, 1_234_567].map(grouped), ["7", "999", "60,000", "1,234,567"]);
    }

    #[test]
    fn zero_has_no_sign() {
        let of = |value| fixed(value, 2);
        assert_eq!([0.004, -0.004, -0.006, 12.0].map(of), ["0.00", "0.00", "−0.01", "12.00"]);
        assert_eq!(fixed(-0.4, 0), "0");
    }

    fn table() -> Table {
        Table {
            title: "Silhouettes of R&D".into(),
            columns: vec![
                Column::words("method"),
                Column::number("paper", 4),
                Column::spread("ours", 3),
                Column::number("Δ", 3),
                Column::spread("again", 1).counted(),
            ],
            rows: vec![
                vec![
                    "a, b".into(),
                    Some(0.0387).into(),
                    Spread::of([0.06, 0.07]).into(),
                    Cell::Difference(-0.026),
                    Spread::of([1.0, 2.0, 3.0]).into(),
                ],
                vec![
                    "c_d".into(),
                    Cell::None,
                    Spread::of([0.5]).into(),
                    Cell::None,
                    Spread::of([4.0]).into(),
                ],
            ],
            notes: vec!["A note.".into()],
        }
    }

    #[test]
    fn markdown() {
        assert_eq!(
            table().to_markdown(),
            "|method|paper|ours|Δ|again|\n|---|---:|---:|---:|---:|\n\
             |a, b|0.0387|0.065\u{a0}±\u{a0}0.007|−0.026|2.0\u{a0}±\u{a0}1.0 (3)|\n|c_d|–|0.500|–|4.0 (1)|\n\nA note.\n"
        );
    }

    #[test]
    fn columns_in_which_nothing_stands_are_left_out() {
        let mut table = table();
        table.rows[0][1] = Cell::None;
        let found = table.clone().without_empty_columns();
        let names: Vec<&str> = found.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, ["method", "ours", "Δ", "again"]);
        assert_eq!(found.rows[1], [&table.rows[1][..1], &table.rows[1][2..]].concat());
    }

    #[test]
    fn csv() {
        assert_eq!(
            table().to_csv(),
            "method,paper,ours mean,ours std,ours runs,Δ,again mean,again std,again runs\n\
             \"a, b\",0.0387,0.065,0.007071067811865481,2,-0.026,2,1,3\nc_d,,0.5,,1,,4,,1\n"
        );
    }

    #[test]
    fn latex() {
        let text = table().to_latex();
        assert!(text.contains("\\caption{Silhouettes of R\\&D}"), "{text}");
        assert!(
            text.contains("a, b & 0.0387 & 0.065 $\\pm$ 0.007 & $-$0.026 & 2.0 $\\pm$ 1.0 (3) \\\\\n"),
            "{text}"
        );
        assert!(text.contains("c\\_d & -- & 0.500 & -- & 4.0 (1) \\\\\n"), "{text}");
    }
}
