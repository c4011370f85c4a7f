"""What native optimizers are built of: their base class, random streams, repair rules, and operators."""
