//! stub
use std::path::Path;
/// stub
pub fn draw(
    _: &Path,
    _: &super::plan::Plan,
    _: &super::analysis::Runs,
    _: &super::results::Tables,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    Ok(())
}
