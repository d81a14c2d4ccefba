//! Colours that survive colour blindness and grey printing.

use plotters::style::RGBColor;

/// Text and the strongest line.
pub(super) const INK: RGBColor = RGBColor(0x22, 0x22, 0x22);
/// Secondary text, halving marks.
pub(super) const GREY: RGBColor = RGBColor(0x6b, 0x6b, 0x6b);
/// Axes.
pub(super) const SPINE: RGBColor = RGBColor(0xa8, 0xa8, 0xa8);
/// Grid lines.
pub(super) const GRID: RGBColor = RGBColor(0xe6, 0xe6, 0xe6);
/// Where there is no data.
pub(super) const BLANK: RGBColor = RGBColor(0xf4, 0xf4, 0xf4);
/// Land of the map.
pub(super) const LAND: RGBColor = RGBColor(0xea, 0xe8, 0xe2);
/// Page and water.
pub(super) const WHITE: RGBColor = RGBColor(0xff, 0xff, 0xff);

/// Mining, wherever it appears (Okabe–Ito orange).
pub(super) const MINING: RGBColor = RGBColor(0xe6, 0x9f, 0x00);
/// AI, wherever it appears (Okabe–Ito blue).
pub(super) const AI: RGBColor = RGBColor(0x00, 0x72, 0xb2);
/// Sale to the grid, wherever it appears (Okabe–Ito bluish green).
pub(super) const EXPORT: RGBColor = RGBColor(0x00, 0x9e, 0x73);

/// The palette of Okabe and Ito (2008, "Color Universal Design"), yellow last because it is weak on white.
pub(super) const SERIES: [RGBColor; 8] = [
    RGBColor(0x00, 0x72, 0xb2),
    RGBColor(0xe6, 0x9f, 0x00),
    RGBColor(0x00, 0x9e, 0x73),
    RGBColor(0xd5, 0x5e, 0x00),
    RGBColor(0xcc, 0x79, 0xa7),
    RGBColor(0x56, 0xb4, 0xe9),
    RGBColor(0x22, 0x22, 0x22),
    RGBColor(0xf0, 0xe4, 0x42),
];

/// Cividis, at ninths (Nuñez, Anderton, Renslow 2018): dark blue to yellow, even in lightness for everyone.
const CIVIDIS: [RGBColor; 9] = [
    RGBColor(0x00, 0x22, 0x4e),
    RGBColor(0x12, 0x35, 0x70),
    RGBColor(0x3b, 0x49, 0x6c),
    RGBColor(0x57, 0x5d, 0x6d),
    RGBColor(0x70, 0x71, 0x73),
    RGBColor(0x8a, 0x86, 0x79),
    RGBColor(0xa5, 0x9c, 0x74),
    RGBColor(0xc3, 0xb3, 0x69),
    RGBColor(0xfe, 0xe8, 0x38),
];

/// Colour of a share 0–1 on the sequential scale.
pub(super) fn sequential(share: f64) -> RGBColor {
    let at = share.clamp(0.0, 1.0) * (CIVIDIS.len() - 1) as f64;
    let below = (at.floor() as usize).min(CIVIDIS.len() - 2);
    mix(CIVIDIS[below], CIVIDIS[below + 1], at - below as f64)
}

/// Colour of a value −1 to 1: orange for losses, white at zero, blue for gains.
pub(super) fn diverging(value: f64) -> RGBColor {
    let full = if value < 0.0 { RGBColor(0xb3, 0x58, 0x06) } else { RGBColor(0x05, 0x4a, 0x91) };
    mix(RGBColor(0xf7, 0xf7, 0xf7), full, value.abs().min(1.0))
}

/// White paled from `color`: `share` 0 is white, 1 the colour itself.
pub(super) fn tint(color: RGBColor, share: f64) -> RGBColor {
    mix(WHITE, color, share)
}

/// Text colour that can be read on `background`.
pub(super) fn ink_on(background: RGBColor) -> RGBColor {
    let RGBColor(r, g, b) = background;
    let luma = 0.299 * f64::from(r) + 0.587 * f64::from(g) + 0.114 * f64::from(b);
    if luma > 140.0 { INK } else { WHITE }
}

fn mix(a: RGBColor, b: RGBColor, share: f64) -> RGBColor {
    let part = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * share).round() as u8;
    RGBColor(part(a.0, b.0), part(a.1, b.1), part(a.2, b.2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_start_and_end_at_their_end_colours() {
        assert_eq!(sequential(0.0), CIVIDIS[0]);
        assert_eq!(sequential(1.0), CIVIDIS[8]);
        assert_eq!(sequential(f64::INFINITY), CIVIDIS[8]);
        assert_eq!(diverging(0.0), RGBColor(0xf7, 0xf7, 0xf7));
    }

    #[test]
    fn text_is_dark_on_light_and_light_on_dark() {
        assert_eq!(ink_on(CIVIDIS[8]), INK);
        assert_eq!(ink_on(CIVIDIS[0]), WHITE);
    }
}
