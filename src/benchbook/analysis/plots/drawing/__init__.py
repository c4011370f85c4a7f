"""What all figures share: styles, tick labels, and pictures with their alternative text."""
