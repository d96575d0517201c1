"""What disclosure control costs and buys, measured on England's real geography.

    python -m benchmarks.disclosure          # 30,000 people, six ICBs
    python -m benchmarks.disclosure --all    # 300,000 people, all ICBs of both vintages

The areas, deprivation and residents are the published ones; every person is made up.
"""
