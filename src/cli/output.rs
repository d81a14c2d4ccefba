//! What is printed on standard output: tables and numbers as people read them.

use comfy_table::{CellAlignment, LineStyle, Row, Table, TableStyle};

/// A whole number with thousands separated: 1,234,567.
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A rounded amount with thousands separated and its sign: -1,235.
pub fn rounded(x: f64) -> String {
    if !x.is_finite() {
        return "–".into();
    }
    if x.abs() >= 1e18 {
        return format!("{x:.6e}");
    }
    let whole = grouped(x.abs().round() as u64);
    if x <= -0.5 { format!("-{whole}") } else { whole }
}

/// Millions with one decimal: 12.3.
pub fn millions(usd: f64) -> String {
    let tenths = (usd / 1e5).round();
    let (whole, tenth) = ((tenths.abs() / 10.0).floor(), tenths.abs() % 10.0);
    let sign = if tenths < 0.0 { "-" } else { "" };
    format!("{sign}{}.{tenth:.0}", grouped(whole as u64))
}

/// A share in percent with one decimal, `–` where there is none.
pub fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "–".into(), |s| format!("{:.1} %", s * 100.0))
}

/// An optional amount, `–` where there is none.
pub fn optional(x: Option<f64>) -> String {
    x.map_or_else(|| "–".into(), rounded)
}

/// A time in the unit people use.
pub fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 1.0 => "a second".into(),
        s if s < 120.0 => format!("{s:.0} seconds"),
        s if s < 7200.0 => format!("{:.0} minutes", s / 60.0),
        s => format!("{:.0} hours", s / 3600.0),
    }
}

/// A plain table: first column to the left, numbers to the right.
pub fn table(header: impl Into<Row>, rows: impl IntoIterator<Item = impl Into<Row>>) -> String {
    let mut table = Table::new();
    table.load_style(TableStyle::new().header_separator(LineStyle::none().fill('─')));
    table.set_header(header);
    for row in rows {
        table.add_row(row);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!(
            ["0", "999", "1,000", "1,234,567"],
            [0, 999, 1000, 1_234_567].map(grouped).each_ref().map(String::as_str)
        );
        assert_eq!((rounded(-1234.6), rounded(-0.2), rounded(f64::NAN)), ("-1,235".into(), "0".into(), "–".into()));
        assert_eq!(
            (millions(12_345_678.0), millions(-5e9), millions(-10.0)),
            ("12.3".into(), "-5,000.0".into(), "0.0".into())
        );
        assert_eq!((percent(Some(0.1234)), percent(None)), ("12.3 %".into(), "–".into()));
    }

    #[test]
    fn durations_are_told_in_the_unit_people_use() {
        let told = [0.2, 8.4, 300.0, 20_000.0].map(duration);
        assert_eq!(told, ["a second", "8 seconds", "5 minutes", "6 hours"]);
    }
}
