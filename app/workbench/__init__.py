"""Heavy work in processes of their own, with budgets of memory and seconds."""
