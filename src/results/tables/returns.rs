//! What the farms, sites and the portfolio are worth, over the whole run and by halving epoch.

use serde::{Deserialize, Serialize};

use super::{Cell, Kind, Row, Scope};

table!("returns.csv", #[doc = "What a farm, a site or the portfolio is worth, by kind: over the whole run, and the part of each halving epoch. Break-even prices leave dispatch, network and decisions as they were."] ReturnsRow {
    #[doc = "farm, site or portfolio."]
    scope: Scope,
    #[doc = "Name of the farm or site; `portfolio`."]
    name: String,
    #[doc = "mining, hosting, cloud, grid_sale, or all farms together."]
    kind: Kind,
    #[doc = "Halving epoch; empty for the whole run."]
    epoch: Option<u32>,
    #[doc = "Net present value at the run's start, USD, after tax, apart from loans; of an epoch, what it adds to that of the run."]
    npv_usd: f64,
    #[doc = "Internal rate of return per year; empty when there is none, and by epoch."]
    irr_per_year: Option<f64>,
    #[doc = "Why there is no internal rate of return."]
    irr_note: String,
    #[doc = "Modified internal rate of return per year, financed and reinvested at the discount rate; empty when there is none, and by epoch."]
    mirr_per_year: Option<f64>,
    #[doc = "Why there is no modified internal rate of return."]
    mirr_note: String,
    #[doc = "Years from the first spending until the money is back; empty when it never is, and by epoch."]
    payback_years: Option<f64>,
    #[doc = "The same with interest at the discount rate."]
    discounted_payback_years: Option<f64>,
    #[doc = "Net present value to the owner after loans, USD."]
    equity_npv_usd: f64,
    #[doc = "Internal rate of return to the owner after loans; empty when there is none, and by epoch."]
    equity_irr_per_year: Option<f64>,
    #[doc = "Why there is no internal rate of return to the owner."]
    equity_irr_note: String,
    #[doc = "Modified internal rate of return to the owner; empty when there is none, and by epoch."]
    equity_mirr_per_year: Option<f64>,
    #[doc = "Why there is no modified internal rate of return to the owner."]
    equity_mirr_note: String,
    #[doc = "Years until the owner's money is back; empty when it never is, and by epoch."]
    equity_payback_years: Option<f64>,
    #[doc = "The same with interest at the discount rate."]
    equity_discounted_payback_years: Option<f64>,
    #[doc = "Cash before tax per dollar of debt service, in the calendar year in which it is least; of an epoch, of the years that begin in it; empty without debt service."]
    minimum_dscr: Option<f64>,
    #[doc = "Mean of the calendar years with debt service."]
    average_dscr: Option<f64>,
    #[doc = "What each MWh used must bring for the net present value to be zero, all revenue together, USD: tax on it included. By epoch, here and in all columns below, capital and the tax it saves are laid on the epochs in proportion to discounted capacity-hours."]
    levelised_usd_per_mwh: Option<f64>,
    #[doc = "What each coin must bring, USD (mining)."]
    levelised_usd_per_btc: Option<f64>,
    #[doc = "What each PH/s must bring a day, USD (mining)."]
    levelised_usd_per_ph_day: Option<f64>,
    #[doc = "What each accelerator hour must bring, USD (cloud)."]
    levelised_usd_per_gpu_hour: Option<f64>,
    #[doc = "What each kW of critical IT leased must bring a month, USD (hosting)."]
    levelised_usd_per_kw_month: Option<f64>,
    #[doc = "Mean price of a coin at which the net present value is zero, USD (mining); empty when there is none above zero."]
    break_even_btc_price_usd: Option<f64>,
    #[doc = "The same as a hashprice, USD per PH/s and day (mining)."]
    break_even_hashprice_usd_per_ph_day: Option<f64>,
    #[doc = "Mean price of a MWh used at which the net present value is zero, USD (mining and cloud)."]
    break_even_power_usd_per_mwh: Option<f64>,
    #[doc = "Mean fee of a kWh at which the net present value is zero, USD (hosted mining)."]
    break_even_fee_usd_per_kwh: Option<f64>,
    #[doc = "Mean rent of an accelerator hour at which the net present value is zero, USD (cloud)."]
    break_even_rent_usd_per_gpu_hour: Option<f64>,
    #[doc = "Mean rent of a kW and month at which the net present value is zero, USD (hosting)."]
    break_even_rent_usd_per_kw_month: Option<f64>,
});
