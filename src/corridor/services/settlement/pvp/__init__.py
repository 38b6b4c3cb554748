"""Payment versus payment: nobody pays one currency without receiving the other."""
