//! How long the hook takes, and how much memory: real `git push`es into real bare repositories, with
//! this program standing in for the hook to time the real one from outside.
//!
//! ```text
//! cargo bench --bench push
//! ```
//!
//! Prints for each case the minimum, median and maximum of the wall time of the hook's process
//! (start to exit, in milliseconds) and its largest resident set (in MiB), and the ratio of the
//! medians in a repository of 10,000 and of 100 manifests.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "a benchmark that cannot go on fails loudly"
)]

use std::{
    fs,
    io::Write as _,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

const PUSHGATE: &str = env!("CARGO_BIN_EXE_pushgate");
const ROOT: &str = env!("CARGO_MANIFEST_DIR");
/// Pushes measured in each case.
const ROUNDS: usize = 31;

fn main() {
    if let Some(log) = std::env::var_os("PUSHGATE_BENCH_LOG") {
        stand_in(Path::new(&log));
    }
    alone();
    let (small, large) = (Changes::new(100), Changes::new(10_000));
    // In turn, so that a machine whose speed drifts treats both alike.
    for round in 0..ROUNDS {
        small.push(round);
        large.push(round);
    }
    let (small, large) = (small.report(), large.report());
    println!("10 changed manifests, repository of 10,000 : repository of 100 = {:.2} (median)", large / small);
    let import = Bench::new(0);
    import.import("first import of 10,000 files, 20,000 documents", 10_000);
    Bench::new(0).plans();
}

/// Runs the real hook and writes down what it took.
fn stand_in(log: &Path) -> ! {
    let started = Instant::now();
    let status = Command::new(PUSHGATE)
        .args(["hook", "pre-receive"])
        .env_remove("RUST_BACKTRACE")
        .stdin(Stdio::inherit())
        .status()
        .expect("pushgate runs");
    let millis = started.elapsed().as_secs_f64() * 1000.0;
    let usage = nix::sys::resource::getrusage(nix::sys::resource::UsageWho::RUSAGE_CHILDREN).expect("usage");
    let mut file = fs::OpenOptions::new().append(true).create(true).open(log).expect("the log opens");
    writeln!(file, "{millis} {}", usage.max_rss()).expect("the log is written");
    std::process::exit(status.code().unwrap_or(2));
}

/// What starting and ending the process costs before it does anything.
fn alone() {
    let mut times: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let started = Instant::now();
            let status = Command::new(PUSHGATE).arg("--version").stdout(Stdio::null()).status().expect("pushgate runs");
            assert!(status.success());
            started.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!(
        "starting and ending the process alone: {:.1} {:.1} {:.1} ms",
        times[0],
        times[ROUNDS / 2],
        times[ROUNDS - 1]
    );
}

/// Pushes that change ten manifests of a repository.
struct Changes {
    bench: Bench,
    count: usize,
}

impl Changes {
    fn new(count: usize) -> Self {
        let bench = Bench::new(count);
        bench.install();
        Self { bench, count }
    }

    fn push(&self, round: usize) {
        for number in 0..10 {
            let index = (number * self.count / 10 + round) % self.count;
            fs::write(self.bench.work.join(path(index, self.count)), manifest(index, round + 1)).expect("a manifest");
        }
        self.bench.commit_and_push(round);
    }

    /// The median, in milliseconds.
    fn report(&self) -> f64 {
        self.bench.report(&format!("10 changed manifests in a repository of {}", self.count))
    }
}

struct Bench {
    _folder: tempfile::TempDir,
    server: PathBuf,
    work: PathBuf,
    log: PathBuf,
}

impl Bench {
    /// Two repositories, with so many manifests in both.
    fn new(count: usize) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (server, work) = (folder.path().join("server.git"), folder.path().join("work"));
        let log = folder.path().join("log");
        let bench = Self { _folder: folder, server, work, log };
        fs::create_dir_all(&bench.server).expect("a folder");
        git(&bench.server, &["init", "--quiet", "--bare", "--initial-branch=main"]);
        for index in 0..count {
            let file = bench.work.join(path(index, count));
            fs::create_dir_all(file.parent().expect("a parent")).expect("a folder");
            fs::write(file, manifest(index, 0)).expect("a manifest");
        }
        fs::create_dir_all(&bench.work).expect("a folder");
        git(&bench.work, &["init", "--quiet", "--initial-branch=main"]);
        git(&bench.work, &["remote", "add", "origin", "../server.git"]);
        if count > 0 {
            git(&bench.work, &["add", "--all"]);
            git(&bench.work, &["commit", "--quiet", "--message=import"]);
            git(&bench.work, &["push", "--quiet", "origin", "main"]);
            git(&bench.server, &["gc", "--quiet"]);
        }
        bench
    }

    /// Puts the hook in place, with the configuration and the policies of the sample.
    fn install(&self) {
        let sample = Path::new(ROOT).join("examples/gitops/.pushgate");
        fs::copy(sample.join("pushgate.yaml"), self.server.join("pushgate.yaml")).expect("the configuration");
        fs::copy(sample.join("data.yaml"), self.server.join("data.yaml")).expect("the data");
        std::os::unix::fs::symlink(Path::new(ROOT).join("policies"), self.server.join("policies"))
            .expect("the policies");
        let hook = self.server.join("hooks/pre-receive");
        let me = std::env::current_exe().expect("a program");
        let text = format!("#!/bin/sh\nPUSHGATE_BENCH_LOG='{}' exec '{}'\n", self.log.display(), me.display());
        fs::write(&hook, text).expect("the hook");
        fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).expect("the hook");
    }

    fn commit_and_push(&self, round: usize) {
        git(&self.work, &["commit", "--quiet", "--all", &format!("--message=round {round}")]);
        git(&self.work, &["push", "--quiet", "origin", "main"]);
    }

    fn import(&self, title: &str, count: usize) {
        self.install();
        for index in 0..count {
            let file = self.work.join(path(index, count));
            fs::create_dir_all(file.parent().expect("a parent")).expect("a folder");
            fs::write(file, manifest(index, 0)).expect("a manifest");
        }
        git(&self.work, &["add", "--all"]);
        git(&self.work, &["commit", "--quiet", "--message=import"]);
        for round in 0..3 {
            git(&self.work, &["push", "--quiet", "origin", "main"]);
            if round < 2 {
                git(&self.server, &["update-ref", "-d", "refs/heads/main"]);
            }
        }
        self.report(title);
    }

    /// A plan of Terraform of 60 MB that is new, and one whose resources are compared with what they were.
    fn plans(&self) {
        self.install();
        fs::write(self.server.join("pushgate.yaml"), PLAN_CONFIG).expect("the configuration");
        fs::write(self.server.join("plan.rego"), PLAN_POLICY).expect("the policy");
        fs::write(self.work.join("plan.json"), plan(0)).expect("a plan");
        git(&self.work, &["add", "--all"]);
        git(&self.work, &["commit", "--quiet", "--message=plan"]);
        for round in 0..3 {
            git(&self.work, &["push", "--quiet", "origin", "main"]);
            if round < 2 {
                git(&self.server, &["update-ref", "-d", "refs/heads/main"]);
            }
        }
        self.report("a plan of Terraform of 60 MB, new");
        fs::remove_file(&self.log).expect("a log");
        for round in 1..4 {
            fs::write(self.work.join("plan.json"), plan(round)).expect("a plan");
            self.commit_and_push(round);
        }
        self.report("a plan of Terraform of 60 MB, changed");
    }

    /// Prints what the log holds; the median of the times.
    fn report(&self, title: &str) -> f64 {
        let log = fs::read_to_string(&self.log).expect("a log");
        let mut times = Vec::new();
        let mut memory = 0.0_f64;
        for line in log.lines() {
            let (millis, kibibytes) = line.split_once(' ').expect("two figures");
            times.push(millis.parse::<f64>().expect("a time"));
            memory = memory.max(kibibytes.parse::<f64>().expect("a size") / 1024.0);
        }
        times.sort_by(f64::total_cmp);
        let (first, median, last) = (times[0], times[times.len() / 2], times[times.len() - 1]);
        println!("{title}: {first:.1} {median:.1} {last:.1} ms, {memory:.0} MiB");
        median
    }
}

/// Ten teams, each with its folders of applications, whatever the size: a change of ten manifests
/// touches as many folders in a small repository as in a large one.
fn path(index: usize, count: usize) -> String {
    let applications = (count / 20).max(10);
    let application = index * applications / count.max(1);
    format!("clusters/team-{:02}/app-{application:03}/service-{index:05}.yaml", application * 10 / applications)
}

const PLAN_CONFIG: &str = "\
version: 1
rules: [{rego: plan.rego}, {schema: terraform}, {check: plaintext-secret}]
immutability:
  fields: [{match: {group: terraform, kind: aws_instance}, path: .change.after.ami, transition: immutable}]
limits: {time: 60s}
";

const PLAN_POLICY: &str = "\
package main

import rego.v1

deny contains sprintf(\"%s is deleted\", [change.address]) if {
	some change in input.resource_changes
	\"delete\" in change.change.actions
}
";

/// A plan with as many instances as make 60 MB.
fn plan(round: usize) -> String {
    let attributes = |index: usize, size: &str| {
        let user_data = "x".repeat(200);
        format!(
            r#"{{"ami":"ami-{index:08x}","arn":"arn:aws:ec2:eu-west-1:123456789012:instance/i-{index:017x}","availability_zone":"eu-west-1a","cpu_core_count":2,"credit_specification":[],"disable_api_termination":false,"ebs_block_device":[{{"delete_on_termination":true,"device_name":"/dev/sdf","encrypted":true,"iops":3000,"kms_key_id":"","tags":{{}},"throughput":125,"volume_id":"vol-{index:017x}","volume_size":100,"volume_type":"gp3"}}],"id":"i-{index:017x}","instance_type":"{size}","tags":{{"Name":"web-{index}","env":"prod","team":"shop","round":"{round}"}},"user_data":"{user_data}","vpc_security_group_ids":["sg-1","sg-2","sg-3","sg-4"]}}"#
        )
    };
    let mut plan = r#"{"format_version":"1.2","terraform_version":"1.9.0","resource_changes":["#.to_owned();
    for index in 0.. {
        let (before, after) = (attributes(index, "m5.large"), attributes(index, "m5.xlarge"));
        plan.push_str(&format!(
            r#"{{"address":"module.web[{index}].aws_instance.this","mode":"managed","type":"aws_instance","name":"this","change":{{"actions":["update"],"before":{before},"after":{after},"after_unknown":{{}}}}}}"#
        ));
        if plan.len() >= 60_000_000 {
            break;
        }
        plan.push(',');
    }
    plan.push_str("]}");
    plan
}

/// Two documents that are good under the starter policies.
fn manifest(index: usize, round: usize) -> String {
    let name = format!("service-{index:05}");
    let labels =
        format!("{{app.kubernetes.io/name: {name}, app.kubernetes.io/part-of: shop, shop.example/team: checkout}}");
    format!(
        "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
  namespace: shop
  labels: {labels}
  annotations: {{round: \"{round}\"}}
spec:
  replicas: 2
  selector:
    matchLabels:
      app.kubernetes.io/name: {name}
  template:
    metadata:
      labels: {labels}
    spec:
      securityContext:
        runAsNonRoot: true
        runAsUser: 10001
      containers:
        - name: app
          image: registry.example.org/{name}:1.{round}.0
          ports:
            - name: http
              containerPort: 8080
          resources:
            requests: {{cpu: 100m, memory: 64Mi}}
            limits: {{memory: 128Mi}}
          readinessProbe:
            httpGet: {{path: /ready, port: http}}
          securityContext:
            allowPrivilegeEscalation: false
---
apiVersion: v1
kind: Service
metadata:
  name: {name}
  namespace: shop
  labels: {labels}
spec:
  selector:
    app.kubernetes.io/name: {name}
  ports:
    - name: http
      port: 80
      targetPort: http
"
    )
}

/// Runs Git without anybody's settings; it must succeed.
fn git(folder: &Path, arguments: &[&str]) {
    let output = Command::new("git")
        .current_dir(folder)
        .args(arguments)
        .envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1")])
        .envs([("GIT_AUTHOR_NAME", "b"), ("GIT_AUTHOR_EMAIL", "b@example.org")])
        .envs([("GIT_COMMITTER_NAME", "b"), ("GIT_COMMITTER_EMAIL", "b@example.org")])
        .output()
        .expect("git runs");
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}
