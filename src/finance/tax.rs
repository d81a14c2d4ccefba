//! Income tax by year.

use super::TaxLosses;

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

/// Tax on a dollar of income: the state's, and the federal on what it leaves, share.
pub fn income_tax_share(federal_rate_share: f64, state_rate_share: f64) -> f64 {
    state_rate_share + federal_rate_share * (1.0 - state_rate_share)
}

#[cfg(test)]
mod tests {
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
}
