"""Problems of the literature with constraints, two objectives or variables that are not all real, and known answers."""
