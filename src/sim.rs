//! The ECS loop: one schedule run per simulated day.
