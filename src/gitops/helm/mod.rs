//! Helm charts: their `Chart.yaml`, their values, and which of their files are templates.
//!
//! Facts are those of Helm 3.22 (`chart.Metadata`, `chartutil.ValidateAgainstSchema`).

mod chart;
mod place;
mod values;
mod weight;

pub use chart::{Complaint, requirements, validate};
pub use place::{ChartFile, Part, chart_of};
pub use values::{Checked, check_values};
