region          = "eu-central-1"
feeds_kept_days = 30
