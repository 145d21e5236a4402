//! How long it takes to replay a history, and how much memory.
//!
//! ```text
//! cargo bench --bench replay                     10,000 commits of a repository of 1,000 files
//! PUSHGATE_BENCH_COMMITS=1000 cargo bench --bench replay
//! PUSHGATE_BENCH_KEEP=/tmp/history cargo bench --bench replay    and leaves the repository there
//! ```
//!
//! Each commit changes three files; one of ten is a merge. All that comes with pushgate is on: schemas, checks, the
//! starter policies (16 rules over documents, 2 over changes), immutable fields. Prints wall time, commits in a second,
//! and the largest resident set (in MiB), with one thread and with one for each processor.

#![allow(clippy::expect_used, clippy::cast_precision_loss, reason = "a benchmark that cannot go on fails loudly")]

use std::{
    fs,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

const PUSHGATE: &str = env!("CARGO_BIN_EXE_pushgate");
const ROOT: &str = env!("CARGO_MANIFEST_DIR");
/// Applications of the repository; each has ten files.
const APPS: usize = 100;

fn main() {
    let commits =
        std::env::var("PUSHGATE_BENCH_COMMITS").map_or(10_000, |count| count.parse().expect("a number of commits"));
    let folder = tempfile::tempdir().expect("a folder");
    let kept = std::env::var_os("PUSHGATE_BENCH_KEEP").map(PathBuf::from);
    let root = kept.unwrap_or_else(|| folder.path().to_owned());
    let repository = root.join("history.git");
    if !repository.exists() {
        generate(&repository, commits);
        configure(&root);
    }
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    for jobs in [1, processors] {
        let started = Instant::now();
        let output = Command::new(PUSHGATE)
            .current_dir(&repository)
            .args(["replay", "--config", "../pushgate.yaml", "--jobs", &jobs.to_string(), "main"])
            .stdin(Stdio::null())
            .output()
            .expect("pushgate runs");
        let seconds = started.elapsed().as_secs_f64();
        let text = String::from_utf8_lossy(&output.stdout);
        let verdicts = text.lines().find(|line| line.starts_with("by ")).unwrap_or("no summary");
        assert_ne!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
        let usage = nix::sys::resource::getrusage(nix::sys::resource::UsageWho::RUSAGE_CHILDREN).expect("usage");
        println!(
            "{commits} commits, --jobs {jobs}: {seconds:.1} s, {:.0} a second, {} MiB at most; {}",
            commits as f64 / seconds,
            usage.max_rss() / 1024,
            verdicts.rsplit("): ").next().unwrap_or_default()
        );
    }
}

/// The configuration of the sample, for the main branch.
fn configure(root: &Path) {
    let sample = Path::new(ROOT).join("examples/gitops/.pushgate");
    fs::copy(sample.join("pushgate.yaml"), root.join("pushgate.yaml")).expect("the configuration");
    fs::copy(sample.join("data.yaml"), root.join("data.yaml")).expect("the data");
    std::os::unix::fs::symlink(Path::new(ROOT).join("policies"), root.join("policies")).expect("the policies");
}

/// Makes a bare repository with so many commits on its main line.
fn generate(repository: &Path, commits: usize) {
    fs::create_dir_all(repository).expect("a folder");
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.current_dir(repository).args(arguments);
        command.envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1")]);
        command
    };
    assert!(git(&["init", "--quiet", "--bare", "--initial-branch=main"]).status().expect("git runs").success());
    let mut import = git(&["fast-import", "--quiet"]).stdin(Stdio::piped()).spawn().expect("git runs");
    let mut stream = BufWriter::new(import.stdin.take().expect("a pipe"));
    let (mut mark, mut tip) = (0, None);
    for number in 0..commits {
        let mut commit = |parents: &[usize], message: &str, files: &[(String, String)]| -> usize {
            mark += 1;
            let time = 1_600_000_000 + mark * 3_600;
            let head = format!(
                "commit refs/heads/main\nmark :{mark}\ncommitter b <b@example.org> {time} +0000\ndata {}\n{message}\n",
                message.len()
            );
            stream.write_all(head.as_bytes()).expect("git reads");
            for (parent, word) in parents.iter().zip(["from", "merge"]) {
                writeln!(stream, "{word} :{parent}").expect("git reads");
            }
            for (path, text) in files {
                write!(stream, "M 100644 inline {path}\ndata {}\n{text}\n", text.len()).expect("git reads");
            }
            mark
        };
        tip = Some(match tip {
            None => commit(&[], "import", &everything()),
            Some(tip) => {
                let (changes, message) = (change(number), format!("change {number}"));
                if number % 10 == 9 {
                    let side = commit(&[tip], &message, &changes);
                    commit(&[tip, side], &format!("merge {number}"), &changes)
                } else {
                    commit(&[tip], &message, &changes)
                }
            }
        });
    }
    stream.into_inner().map_err(|_| "flush").expect("git reads");
    assert!(import.wait().expect("git ends").success());
    assert!(git(&["repack", "--quiet", "-a", "-d"]).status().expect("git runs").success());
}

/// The files of the first commit.
fn everything() -> Vec<(String, String)> {
    let mut files = vec![("infrastructure/crds/monitors.yaml".to_owned(), DEFINITION.to_owned())];
    for app in 0..APPS {
        files.extend(KINDS.iter().map(|kind| file(app, kind, 0)));
        let flux = format!(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: app-{app:03}\n  namespace: flux-system\nspec:\n  interval: 10m\n  path: ./apps/app-{app:03}\n  prune: true\n  sourceRef:\n    kind: GitRepository\n    name: fleet\n"
        );
        files.push((format!("clusters/prod/app-{app:03}.yaml"), flux));
    }
    files
}

const KINDS: [&str; 9] = [
    "deployment",
    "configmap",
    "service",
    "monitor",
    "kustomization",
    "networkpolicy",
    "poddisruptionbudget",
    "serviceaccount",
    "ingress",
];

/// Three files of one application. One of fifty commits breaks a rule.
fn change(number: usize) -> Vec<(String, String)> {
    let app = number * 37 % APPS;
    let third = KINDS.get(2 + number % 7).copied().unwrap_or("service");
    let mut files: Vec<_> = ["deployment", "configmap", third].iter().map(|kind| file(app, kind, number)).collect();
    if number % 49 == 7 {
        for (path, text) in &mut files {
            if path.ends_with("deployment.yaml") {
                *text = text.replacen("      app.kubernetes.io/name:", "      app.kubernetes.io/instance:", 2);
            }
        }
    }
    files
}

/// One file of an application, as some commit has it.
fn file(app: usize, kind: &str, number: usize) -> (String, String) {
    let name = format!("app-{app:03}");
    let labels =
        format!("{{app.kubernetes.io/name: {name}, app.kubernetes.io/part-of: shop, shop.example/team: checkout}}");
    let head = |api: &str, kind: &str| {
        format!(
            "apiVersion: {api}\nkind: {kind}\nmetadata:\n  name: {name}\n  namespace: shop\n  labels: {labels}\n  annotations: {{round: \"{number}\"}}\n"
        )
    };
    let text = match kind {
        "deployment" => format!(
            "{}spec:\n  replicas: {}\n  selector:\n    matchLabels:\n      app.kubernetes.io/name: {name}\n  template:\n    metadata:\n      labels:\n        app.kubernetes.io/name: {name}\n        app.kubernetes.io/part-of: shop\n        shop.example/team: checkout\n    spec:\n      securityContext:\n        runAsNonRoot: true\n        runAsUser: 10001\n      containers:\n        - name: app\n          image: registry.example.org/{name}:1.{number}.0\n          args: [--listen, ':8080', --config, /etc/app/settings.yaml]\n          ports:\n            - name: http\n              containerPort: 8080\n          env:\n            - name: LOG_LEVEL\n              value: info\n            - name: DATABASE_PASSWORD\n              valueFrom: {{secretKeyRef: {{name: {name}, key: password}}}}\n          resources:\n            requests: {{cpu: 100m, memory: 64Mi}}\n            limits: {{memory: 128Mi}}\n          readinessProbe:\n            httpGet: {{path: /ready, port: http}}\n          livenessProbe:\n            httpGet: {{path: /live, port: http}}\n          securityContext:\n            allowPrivilegeEscalation: false\n            readOnlyRootFilesystem: true\n            capabilities: {{drop: [ALL]}}\n          volumeMounts:\n            - name: config\n              mountPath: /etc/app\n      volumes:\n        - name: config\n          configMap: {{name: {name}}}\n",
            head("apps/v1", "Deployment"),
            2 + number % 3
        ),
        "configmap" => format!(
            "{}data:\n  settings.yaml: |\n    listen: 8080\n    upstream: http://other.shop.svc:8080\n    cache:\n      size: {number}\n      ttl: 30s\n  features: \"a,b,c{number}\"\n",
            head("v1", "ConfigMap")
        ),
        "service" => format!(
            "{}spec:\n  selector:\n    app.kubernetes.io/name: {name}\n  ports:\n    - name: http\n      port: 80\n      targetPort: http\n",
            head("v1", "Service")
        ),
        "monitor" => format!(
            "{}spec:\n  interval: {}s\n  port: http\n",
            head("monitoring.example.org/v1", "Monitor"),
            10 + number % 50
        ),
        "kustomization" => {
            let files = KINDS.iter().filter(|kind| **kind != "kustomization").map(|kind| format!("{kind}.yaml"));
            format!(
                "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n  - {}\nimages:\n  - name: sidecar\n    newTag: \"1.{number}\"\n",
                files.collect::<Vec<_>>().join("\n  - ")
            )
        }
        "networkpolicy" => format!(
            "{}spec:\n  podSelector:\n    matchLabels:\n      app.kubernetes.io/name: {name}\n  policyTypes: [Ingress]\n  ingress:\n    - ports:\n        - port: 8080\n",
            head("networking.k8s.io/v1", "NetworkPolicy")
        ),
        "poddisruptionbudget" => format!(
            "{}spec:\n  minAvailable: 1\n  selector:\n    matchLabels:\n      app.kubernetes.io/name: {name}\n",
            head("policy/v1", "PodDisruptionBudget")
        ),
        "serviceaccount" => format!("{}automountServiceAccountToken: false\n", head("v1", "ServiceAccount")),
        _ => format!(
            "{}spec:\n  rules:\n    - host: {name}.example.org\n      http:\n        paths:\n          - path: /\n            pathType: Prefix\n            backend:\n              service:\n                name: {name}\n                port: {{name: http}}\n",
            head("networking.k8s.io/v1", "Ingress")
        ),
    };
    (format!("apps/{name}/{kind}.yaml"), text)
}

const DEFINITION: &str = "\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: monitors.monitoring.example.org
spec:
  group: monitoring.example.org
  names: {kind: Monitor, plural: monitors, listKind: MonitorList, singular: monitor}
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties:
                interval: {type: string, pattern: '^[0-9]+s$'}
                port: {type: string}
";
