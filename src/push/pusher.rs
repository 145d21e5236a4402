//! Who pushes. On a plain server the operating system's account is the only identity that the
//! client cannot choose; environment variables can be.

use std::fs;

/// Who asks for the push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pusher {
    /// Name of the account, or `uid 1000` when it has none.
    pub name: String,
    /// Number of the account.
    pub uid: u32,
}

impl Pusher {
    /// The account that this process runs under.
    #[must_use]
    pub fn of_process() -> Self {
        let uid = rustix::process::getuid().as_raw();
        let accounts = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let name = account_name(&accounts, uid).unwrap_or_else(|| format!("uid {uid}"));
        Self { name, uid }
    }
}

/// Finds an account in the format of passwd(5).
fn account_name(accounts: &str, uid: u32) -> Option<String> {
    accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(uid)).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_found_by_number() {
        let accounts = "root:x:0:0:root:/root:/bin/sh\ngit:x:998:998::/srv/git:/usr/bin/git-shell\n";
        assert_eq!(account_name(accounts, 998).as_deref(), Some("git"));
        assert_eq!(account_name(accounts, 5), None);
    }
}
