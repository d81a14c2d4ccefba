//! Supply of a site, hour by hour.
