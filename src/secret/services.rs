//! The tokens of well-known services that are known by how they begin.
//!
//! Lengths and alphabets are those the services document or give out. Tokens without a beginning of
//! their own (Twilio, Heroku, Discord bots) cannot be told from a digest, and are left out.

use super::shape::{
    Alphabet::{self, Alnum, Base32, Base64, Dotted, Hex, Word},
    Check, Shape,
};

/// Every shape, grouped by what the services do.
pub(super) const SHAPES: &[Shape] = &[
    // Hosts of code.
    checked("github-token", "a GitHub personal access token", "ghp_", Alnum, 36, 36, Check::Crc62),
    checked("github-token", "a GitHub OAuth token", "gho_", Alnum, 36, 36, Check::Crc62),
    checked("github-token", "a GitHub user-to-server token", "ghu_", Alnum, 36, 36, Check::Crc62),
    checked("github-token", "a GitHub installation token", "ghs_", Alnum, 36, 36, Check::Crc62),
    checked("github-token", "a GitHub refresh token", "ghr_", Alnum, 36, 76, Check::Crc62),
    checked("github-token", "a GitHub fine-grained token", "github_pat_", Word, 82, 82, Check::Parts(&[22, 59])),
    checked("gitlab-token", "a GitLab personal access token", "glpat-", Dotted, 20, 320, Check::GitLab),
    checked("gitlab-token", "a GitLab runner token", "glrt-", Dotted, 20, 320, Check::GitLab),
    checked("gitlab-token", "a GitLab deploy token", "gldt-", Dotted, 20, 320, Check::GitLab),
    checked("gitlab-token", "a GitLab pipeline trigger token", "glptt-", Word, 20, 40, Check::None),
    checked("gitlab-token", "a GitLab agent token", "glagent-", Word, 50, 60, Check::None),
    checked("gitlab-token", "a GitLab OAuth application secret", "gloas-", Word, 64, 64, Check::None),
    checked("gitlab-token", "a GitLab SCIM token", "glsoat-", Dotted, 20, 320, Check::GitLab),
    checked("gitlab-token", "a GitLab feed token", "glft-", Dotted, 20, 320, Check::GitLab),
    checked("gitlab-token", "a GitLab incoming mail token", "glimt-", Word, 25, 25, Check::None),
    checked("atlassian-token", "an Atlassian API token", "ATATT3xFfGF0", Base64, 100, 240, Check::Structured),
    checked("atlassian-token", "a Bitbucket token", "ATCTT3xFfGN0", Base64, 100, 240, Check::Structured),
    checked("sourcegraph-token", "a Sourcegraph token", "sgp_", Word, 40, 57, Check::None),
    // Registries of packages and images.
    checked("npm-token", "an npm token", "npm_", Alnum, 36, 36, Check::Crc62),
    checked("pypi-token", "a PyPI token", "pypi-AgEIcHlwaS5vcmc", Word, 50, 1000, Check::Structured),
    checked("pypi-token", "a TestPyPI token", "pypi-AgENdGVzdC5weXBpLm9yZw", Word, 50, 1000, Check::Structured),
    checked("rubygems-token", "a RubyGems API key", "rubygems_", Hex, 48, 48, Check::None),
    checked("docker-token", "a Docker Hub personal access token", "dckr_pat_", Word, 27, 27, Check::None),
    checked("docker-token", "a Docker Hub organization token", "dckr_oat_", Word, 32, 32, Check::None),
    checked("artifactory-token", "a JFrog Artifactory API key", "AKCp", Alnum, 69, 69, Check::None),
    checked("artifactory-token", "a JFrog Artifactory reference token", "cmVmdGtuO", Alnum, 55, 55, Check::None),
    checked("postman-token", "a Postman API key", "PMAK-", Word, 59, 59, Check::Parts(&[24, 34])),
    // Clouds.
    uncertain("google-api-key", "a Google API key", "AIza", Word, 35, 35, Check::None),
    checked("google-oauth-secret", "a Google OAuth client secret", "GOCSPX-", Word, 28, 28, Check::None),
    checked("digitalocean-token", "a DigitalOcean token", "dop_v1_", Hex, 64, 64, Check::None),
    checked("digitalocean-token", "a DigitalOcean OAuth token", "doo_v1_", Hex, 64, 64, Check::None),
    checked("digitalocean-token", "a DigitalOcean refresh token", "dor_v1_", Hex, 64, 64, Check::None),
    checked("databricks-token", "a Databricks token", "dapi", Hex, 32, 32, Check::None),
    checked("fly-token", "a Fly.io token", "fm2_", Base64, 80, 2000, Check::Structured),
    checked("planetscale-token", "a PlanetScale token", "pscale_tkn_", Dotted, 32, 64, Check::None),
    checked("planetscale-token", "a PlanetScale password", "pscale_pw_", Dotted, 32, 64, Check::None),
    checked("planetscale-token", "a PlanetScale OAuth token", "pscale_oauth_", Dotted, 32, 64, Check::None),
    checked("netlify-token", "a Netlify token", "nfp_", Alnum, 36, 40, Check::None),
    checked("cloudflare-token", "a Cloudflare origin CA key", "v1.0-", Word, 171, 171, Check::Parts(&[24, 146])),
    checked("alibaba-key", "an Alibaba Cloud access key id", "LTAI5t", Alnum, 18, 18, Check::None),
    checked("tailscale-key", "a Tailscale auth key", "tskey-auth-", Word, 30, 60, Check::None),
    checked("tailscale-key", "a Tailscale API key", "tskey-api-", Word, 30, 60, Check::None),
    checked("tailscale-key", "a Tailscale OAuth client secret", "tskey-client-", Word, 30, 60, Check::None),
    // Tools of operations.
    checked("vault-token", "a HashiCorp Vault service token", "hvs.", Word, 90, 300, Check::Structured),
    checked("vault-token", "a HashiCorp Vault batch token", "hvb.", Word, 130, 400, Check::Structured),
    checked("age-key", "an age secret key", "AGE-SECRET-KEY-1", Alnum, 58, 58, Check::Bech32),
    checked("grafana-token", "a Grafana service account token", "glsa_", Word, 41, 41, Check::Grafana),
    checked("grafana-token", "a Grafana Cloud token", "glc_eyJ", Base64, 60, 400, Check::Structured),
    checked("doppler-token", "a Doppler token", "dp.pt.", Alnum, 40, 44, Check::None),
    checked("doppler-token", "a Doppler service token", "dp.st.", Dotted, 40, 80, Check::None),
    checked("pulumi-token", "a Pulumi token", "pul-", Hex, 40, 40, Check::None),
    checked("dynatrace-token", "a Dynatrace token", "dt0c01.", Dotted, 89, 89, Check::Parts(&[24, 64])),
    checked("new-relic-key", "a New Relic user key", "NRAK-", Alnum, 27, 27, Check::None),
    checked("sentry-token", "a Sentry organization token", "sntrys_eyJ", Base64, 80, 400, Check::Structured),
    checked("sentry-token", "a Sentry user token", "sntryu_", Hex, 64, 64, Check::None),
    checked("buildkite-token", "a Buildkite token", "bkua_", Hex, 40, 40, Check::None),
    checked("circleci-token", "a CircleCI token", "CCIPAT_", Word, 63, 63, Check::None),
    checked("prefect-token", "a Prefect API key", "pnu_", Alnum, 36, 36, Check::None),
    checked("onepassword-token", "a 1Password service account token", "ops_eyJ", Base64, 250, 1200, Check::Structured),
    // Messages, work and money.
    checked("slack-token", "a Slack bot token", "xoxb-", Word, 40, 90, Check::Slack),
    checked("slack-token", "a Slack user token", "xoxp-", Word, 40, 110, Check::Slack),
    checked("slack-token", "a Slack workspace token", "xoxa-", Word, 40, 110, Check::Slack),
    checked("slack-token", "a Slack refresh token", "xoxr-", Word, 40, 110, Check::Slack),
    checked("slack-token", "a Slack legacy token", "xoxs-", Word, 40, 110, Check::Slack),
    checked("slack-token", "a Slack app-level token", "xapp-", Word, 80, 130, Check::Slack),
    checked("stripe-key", "a live Stripe secret key", "sk_live_", Alnum, 24, 120, Check::None),
    checked("stripe-key", "a live Stripe restricted key", "rk_live_", Alnum, 24, 120, Check::None),
    uncertain("stripe-key", "a Stripe secret key for tests", "sk_test_", Alnum, 24, 120, Check::None),
    checked("sendgrid-key", "a SendGrid API key", "SG.", Dotted, 66, 66, Check::Structured),
    checked("shopify-token", "a Shopify access token", "shpat_", Hex, 32, 32, Check::None),
    checked("shopify-token", "a Shopify custom app token", "shpca_", Hex, 32, 32, Check::None),
    checked("shopify-token", "a Shopify private app token", "shppa_", Hex, 32, 32, Check::None),
    checked("shopify-token", "a Shopify shared secret", "shpss_", Hex, 32, 32, Check::None),
    checked("linear-key", "a Linear API key", "lin_api_", Alnum, 40, 40, Check::None),
    checked("notion-token", "a Notion token", "ntn_", Alnum, 46, 46, Check::None),
    checked("figma-token", "a Figma token", "figd_", Word, 40, 44, Check::None),
    checked("square-token", "a Square application secret", "sq0csp-", Word, 43, 43, Check::None),
    checked("brevo-key", "a Brevo API key", "xkeysib-", Word, 81, 81, Check::Parts(&[64, 16])),
    // Models.
    checked("anthropic-key", "an Anthropic API key", "sk-ant-api03-", Word, 95, 95, Check::None),
    checked("anthropic-key", "an Anthropic admin key", "sk-ant-admin01-", Word, 95, 95, Check::None),
    checked("anthropic-key", "an Anthropic OAuth token", "sk-ant-oat01-", Word, 80, 120, Check::None),
    checked("hugging-face-token", "a Hugging Face token", "hf_", Alnum, 34, 34, Check::None),
    checked("replicate-token", "a Replicate token", "r8_", Alnum, 37, 37, Check::None),
    checked("groq-key", "a Groq API key", "gsk_", Alnum, 52, 52, Check::None),
    checked("xai-key", "an xAI API key", "xai-", Alnum, 80, 80, Check::None),
    checked("openrouter-key", "an OpenRouter key", "sk-or-v1-", Hex, 64, 64, Check::None),
    checked("perplexity-key", "a Perplexity API key", "pplx-", Alnum, 48, 48, Check::None),
    // An access key id is no secret by itself: `context` looks for the secret beside it.
    uncertain(AWS_KEY_ID, "an AWS access key id", "AKIA", Base32, 16, 16, Check::None),
    uncertain(AWS_KEY_ID, "a temporary AWS access key id", "ASIA", Base32, 16, 16, Check::None),
];

/// The rule of AWS access key ids.
pub(super) const AWS_KEY_ID: &str = "aws-access-key-id";

const fn checked(
    rule: &'static str,
    what: &'static str,
    prefix: &'static str,
    alphabet: Alphabet,
    min: usize,
    max: usize,
    check: Check,
) -> Shape {
    Shape { rule, what, prefix, alphabet, min, max, check, certain: true }
}

const fn uncertain(
    rule: &'static str,
    what: &'static str,
    prefix: &'static str,
    alphabet: Alphabet,
    min: usize,
    max: usize,
    check: Check,
) -> Shape {
    Shape { certain: false, ..checked(rule, what, prefix, alphabet, min, max, check) }
}
