//! YAML as others read it: the library of Kubernetes tools, and the test suite of YAML itself.

mod answers;
mod library;
mod places;
mod suite;
