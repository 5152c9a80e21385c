//! The program `deepclust`: clusters one's own data, and reproduces the papers' tables and figures.

fn main() -> std::process::ExitCode {
    deepclust::program::main()
}
