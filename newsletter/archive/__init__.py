"""What the public reads: pages of publications, issues and categories, and the files beside."""
