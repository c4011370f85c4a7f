"""Problems from the literature with constraints, two objectives or integer and categorical variables."""
