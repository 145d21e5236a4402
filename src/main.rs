//! The `pushgate` command. Everything it does is in the library; here are the exit code and what
//! happens when something goes wrong that nobody thought of.

use std::{
    io::Write as _,
    panic::{self, AssertUnwindSafe},
    process::ExitCode,
};

/// There is no verdict: in a hook Git refuses the push.
const NO_VERDICT: u8 = 2;

fn main() -> ExitCode {
    // A panic must read like any other refusal, and must not end as something that a host takes
    // for success.
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(|place| format!(" at {}:{}", place.file(), place.line())).unwrap_or_default();
        let _ = writeln!(
            std::io::stderr(),
            "error: pushgate failed{place}; nothing was accepted\nhint: this is a mistake in pushgate, please report it"
        );
    }));
    match panic::catch_unwind(AssertUnwindSafe(pushgate::cli::run)) {
        Ok(code) => code,
        Err(_) => ExitCode::from(NO_VERDICT),
    }
}
