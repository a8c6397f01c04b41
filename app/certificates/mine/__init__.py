"""«My path»: what a pupil has tried."""
