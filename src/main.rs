//! The `hashwatt` binary: everything it does is in the library's [`hashwatt::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    hashwatt::cli::main()
}
