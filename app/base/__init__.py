"""What every floor stands on: settings, database, clock, queue, mail, texts."""
