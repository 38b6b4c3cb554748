"""Exchange of currencies: providers post rates, banks ask for quotes, a payment spends one."""
