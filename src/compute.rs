//! What one MW of machines earns: mining machines and accelerators.
