//! Income tax by year.

use super::{Depreciation, TaxLosses};

/// Tax of each farm in each year, USD, negative when paid, from their taxable incomes `[farm][year]`.
///
/// With [`TaxLosses::AsIncurred`] each farm's loss saves tax at once. With [`TaxLosses::CarriedForward`] the
/// farms are taxed together: a year's common loss waits for later profits, and the tax of a year is borne by
/// the farms with a profit in proportion to it.
pub fn pooled_taxes(taxable_usd: &[Vec<f64>], rate_share: f64, losses: TaxLosses) -> Vec<Vec<f64>> {
    match losses {
        TaxLosses::AsIncurred => {
            taxable_usd.iter().map(|years| years.iter().map(|t| -rate_share * t).collect()).collect()
        }
        TaxLosses::CarriedForward => carried_forward(taxable_usd, rate_share),
    }
}

fn carried_forward(taxable_usd: &[Vec<f64>], rate_share: f64) -> Vec<Vec<f64>> {
    let mut taxes: Vec<Vec<f64>> = taxable_usd.iter().map(|years| vec![0.0; years.len()]).collect();
    let years = taxable_usd.iter().map(Vec::len).max().unwrap_or(0);
    let mut loss = 0.0;
    for year in 0..years {
        let of_year = |farm: &Vec<f64>| farm.get(year).copied().unwrap_or(0.0);
        let total: f64 = taxable_usd.iter().map(of_year).sum();
        let taxed = (total - loss).max(0.0);
        loss = (loss - total).max(0.0);
        let profits: f64 = taxable_usd.iter().map(|farm| of_year(farm).max(0.0)).sum();
        if taxed > 0.0 {
            for (tax, farm) in taxes.iter_mut().zip(taxable_usd) {
                if let Some(tax) = tax.get_mut(year) {
                    *tax = -rate_share * taxed * of_year(farm).max(0.0) / profits;
                }
            }
        }
    }
    taxes
}

/// After-tax cash flow of a project bought at the end of year 0, USD at the ends of years 0, 1, 2, …
///
/// `operating_usd` is revenue less running cost of years 1, 2, …; the first depreciation falls into year 1. The
/// annual convention of project-finance models (PySAM's `Singleowner`), which reads: cash flow = operating cash
/// − rate · (operating cash − depreciation).
pub fn after_tax_cash_flow(
    capital_usd: f64,
    operating_usd: &[f64],
    depreciation: Depreciation,
    rate_share: f64,
) -> Vec<f64> {
    let mut bought = vec![0.0; operating_usd.len()];
    if let Some(first) = bought.first_mut() {
        *first = capital_usd;
    }
    let taxable = operating_usd.iter().zip(depreciation.by_year(&bought)).map(|(o, d)| o - d);
    let after_tax = operating_usd.iter().zip(taxable).map(|(o, t)| o - rate_share * t);
    core::iter::once(-capital_usd).chain(after_tax).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{MacrsYears, irr, npv};
    use super::*;

    #[test]
    fn losses_save_tax_at_once_or_wait_for_profits() {
        let taxable = [vec![-100.0, 50.0, 150.0]];
        let at_once = pooled_taxes(&taxable, 0.2, TaxLosses::AsIncurred);
        assert_eq!(at_once, [[20.0, -10.0, -30.0]]);
        let later = pooled_taxes(&taxable, 0.2, TaxLosses::CarriedForward);
        assert_eq!(later, [[0.0, 0.0, -20.0]]);
    }

    #[test]
    fn one_farms_loss_shields_anothers_profit_and_the_profitable_pay() {
        let taxable = [vec![-60.0], vec![100.0], vec![50.0]];
        let taxes = pooled_taxes(&taxable, 0.3, TaxLosses::CarriedForward);
        assert_eq!(taxes[0], [0.0]);
        assert!((taxes[1][0] + 18.0).abs() < 1e-12, "{taxes:?}");
        assert!((taxes[2][0] + 9.0).abs() < 1e-12, "{taxes:?}");
    }

    #[test]
    fn a_loss_never_used_saves_nothing() {
        let taxes = pooled_taxes(&[vec![-10.0, -5.0, 3.0]], 0.2, TaxLosses::CarriedForward);
        assert_eq!(taxes, [[0.0, 0.0, 0.0]]);
    }

    #[test]
    fn a_power_plant_is_worth_what_pysam_says() {
        // PySAM 7.1.1 `Singleowner`: 350.4 GWh at 50 USD/MWh less 1 M USD, 100 M USD capital, 20 years, 8 %.
        let five = Depreciation::Macrs { years: MacrsYears::FIVE };
        for (tax, npv_usd, irr_share) in
            [(0.0, 62_195_795.171_062_11, 0.156_123_33), (0.21, 45_172_519.813_076_32, 0.142_386_17)]
        {
            let flows = after_tax_cash_flow(1e8, &[16.52e6; 20], five, tax);
            let flows: Vec<_> = flows.iter().enumerate().map(|(year, usd)| (year as f64, *usd)).collect();
            assert!((npv(0.08, &flows) - npv_usd).abs() < 0.01);
            assert!((irr(&flows).unwrap() - irr_share).abs() < 1e-8);
        }
    }
}
