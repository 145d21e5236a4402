//! Names that belong to Ansible itself.

/// The modules of `ansible.builtin`.
pub(super) const MODULES: &[&str] = &[
    "add_host",
    "apt",
    "apt_key",
    "apt_repository",
    "assemble",
    "assert",
    "async_status",
    "blockinfile",
    "command",
    "copy",
    "cron",
    "deb822_repository",
    "debconf",
    "debug",
    "dnf",
    "dnf5",
    "dpkg_selections",
    "expect",
    "fail",
    "fetch",
    "file",
    "find",
    "gather_facts",
    "get_url",
    "getent",
    "git",
    "group",
    "group_by",
    "hostname",
    "import_playbook",
    "import_role",
    "import_tasks",
    "include_role",
    "include_tasks",
    "include_vars",
    "iptables",
    "known_hosts",
    "lineinfile",
    "meta",
    "mount_facts",
    "package",
    "package_facts",
    "pause",
    "ping",
    "pip",
    "raw",
    "reboot",
    "replace",
    "rpm_key",
    "script",
    "service",
    "service_facts",
    "set_fact",
    "set_stats",
    "setup",
    "shell",
    "slurp",
    "stat",
    "subversion",
    "systemd",
    "systemd_service",
    "sysvinit",
    "tempfile",
    "template",
    "unarchive",
    "uri",
    "user",
    "validate_argument_spec",
    "wait_for",
    "wait_for_connection",
    "yum",
    "yum_repository",
];

/// Names of well-known modules of collections that are one letter away from another name.
pub(super) const NO_SLIPS: &[&str] = &["apk", "at", "mail", "rax", "yum"];

/// Modules that take a text that is not made of `name=value`.
const FREE_TEXT: &[&str] = &[
    "add_host",
    "command",
    "group_by",
    "import_playbook",
    "import_role",
    "import_tasks",
    "include_role",
    "include_tasks",
    "include_vars",
    "meta",
    "raw",
    "script",
    "set_fact",
    "shell",
    "win_command",
    "win_shell",
];

/// Lookup plugins of `ansible.builtin`, which `with_` names.
pub(super) const LOOKUPS: &[&str] = &[
    "config",
    "csvfile",
    "dict",
    "env",
    "file",
    "fileglob",
    "first_found",
    "indexed_items",
    "ini",
    "inventory_hostnames",
    "items",
    "lines",
    "list",
    "nested",
    "password",
    "pipe",
    "random_choice",
    "sequence",
    "subelements",
    "template",
    "together",
    "unvault",
    "url",
    "varnames",
    "vars",
];

/// What `meta` does.
pub(super) const META: &[&str] = &[
    "clear_facts",
    "clear_host_errors",
    "end_batch",
    "end_host",
    "end_play",
    "end_role",
    "flush_handlers",
    "noop",
    "refresh_inventory",
    "reset_connection",
];

/// Keywords of old that are gone, and what is written instead.
pub(super) const REMOVED: &[(&str, &str)] = &[
    ("sudo", "write `become: true`"),
    ("sudo_user", "write `become_user` beside `become: true`"),
    ("sudo_pass", "set the variable `ansible_become_password` in the vault"),
    ("su", "write `become: true` and `become_method: su`"),
    ("su_user", "write `become_user` beside `become: true` and `become_method: su`"),
    ("su_pass", "set the variable `ansible_become_password` in the vault"),
    ("always_run", "write `check_mode: false`"),
    ("only_if", "write `when` with a condition"),
    ("first_available_file", "write `loop` with the lookup `first_found`"),
    ("static", "write `import_tasks`, which is read before the play, or `include_tasks`"),
    ("accelerate", "remove it: accelerated mode is gone"),
    ("accelerate_port", "remove it: accelerated mode is gone"),
    ("accelerate_ipv6", "remove it: accelerated mode is gone"),
];

/// What is written instead of a keyword that is gone.
pub(super) fn removed(name: &str) -> Option<&'static str> {
    REMOVED.iter().find(|(removed, _)| *removed == name).map(|(_, help)| *help)
}

/// The short name of a module of `ansible.builtin`, which may be written in full.
pub(super) fn builtin(name: &str) -> Option<&'static str> {
    let short = short(name);
    MODULES.iter().copied().find(|module| *module == short)
}

/// A name without `ansible.builtin.` or `ansible.legacy.`.
pub(super) fn short(name: &str) -> &str {
    name.strip_prefix("ansible.builtin.").or_else(|| name.strip_prefix("ansible.legacy.")).unwrap_or(name)
}

/// Whether a module takes a text that is not made of `name=value`; those of collections may.
pub(super) fn takes_text(name: &str) -> bool {
    let short = short(name);
    builtin(name).is_none() || FREE_TEXT.contains(&short)
}

/// Whether a module runs a command line, in which `name=value` is mostly no parameter.
pub(super) fn is_command(name: &str) -> bool {
    let short = name.rsplit('.').next().unwrap_or(name);
    matches!(short, "command" | "raw" | "script" | "shell" | "win_command" | "win_shell")
}

/// Whether a text can be the name of a variable.
pub(super) fn is_variable(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !matches!(name, "true" | "false" | "none" | "True" | "False" | "None" | "not")
}
