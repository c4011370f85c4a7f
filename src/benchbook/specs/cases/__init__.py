"""What the specs of the applied cases show and compare: stereo and imitation learning."""
