"""A till for play money: a small double of Stripe's Checkout, Billing Portal and what stands behind them.

It speaks Stripe's API well enough for the real `stripe` client (version 2026-10-28.endive): customers, products,
prices, Checkout and portal sessions, subscriptions, invoices, payments, refunds, disputes, events and signed webhooks.
Parameters it does not know are refused, as Stripe refuses them. No money moves.
"""
