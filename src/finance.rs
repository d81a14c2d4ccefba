//! Ledger, cash flow, tax, NPV, IRR, payback.
