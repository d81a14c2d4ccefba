//! The one font of every chart: a subset of DejaVu Sans, embedded (licence beside it), so that no chart
//! depends on what the machine has installed.

use std::sync::{Arc, OnceLock};

use plotters::style::{FontDesc, FontFamily, FontStyle, register_font};
use resvg::usvg::fontdb::Database;

/// What SVG files ask for: the embedded font where it is installed, else its nearest relatives.
const FAMILY: &str = "DejaVu Sans, Verdana, Arial, sans-serif";
const REGULAR: &[u8] = include_bytes!("DejaVuSans.ttf");
const BOLD: &[u8] = include_bytes!("DejaVuSans-Bold.ttf");

/// Plotters writes its font size divided by this into the SVG (plotters-svg 0.3.7, `draw_text`).
const PLOTTERS_SIZE_PER_PX: f64 = 1.24;
/// Ascent plus descent of DejaVu Sans per em (2384 of 2048 units): what plotters takes for one em when it measures.
const HEIGHT_PER_EM: f64 = 2384.0 / 2048.0;

/// The font at `px` pixels per em, known to plotters.
pub(super) fn font(px: f64, bold: bool) -> FontDesc<'static> {
    static REGISTERED: OnceLock<()> = OnceLock::new();
    REGISTERED.get_or_init(|| {
        for (style, bytes) in [(FontStyle::Normal, REGULAR), (FontStyle::Bold, BOLD)] {
            register_font(FAMILY, style, bytes).ok().expect("the embedded fonts are valid");
        }
    });
    let style = if bold { FontStyle::Bold } else { FontStyle::Normal };
    FontDesc::new(FontFamily::Name(FAMILY), px * PLOTTERS_SIZE_PER_PX, style)
}

/// Width of a text in pixels.
pub(super) fn text_width(text: &str, px: f64, bold: bool) -> f64 {
    // Plotters rounds to whole pixels: measure large and scale down.
    let (width, _) = font(px * 16.0, bold).box_size(text).unwrap_or((0, 0));
    f64::from(width) / 16.0 * HEIGHT_PER_EM / PLOTTERS_SIZE_PER_PX
}

/// Font database for the rasteriser: the embedded fonts and nothing else.
pub(super) fn database() -> Arc<Database> {
    static DATABASE: OnceLock<Arc<Database>> = OnceLock::new();
    DATABASE
        .get_or_init(|| {
            let mut fonts = Database::new();
            fonts.load_font_data(REGULAR.to_vec());
            fonts.load_font_data(BOLD.to_vec());
            Arc::new(fonts)
        })
        .clone()
}
