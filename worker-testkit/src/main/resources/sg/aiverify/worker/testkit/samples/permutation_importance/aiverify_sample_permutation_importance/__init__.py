"""How much worse a model gets when one feature is shuffled."""
