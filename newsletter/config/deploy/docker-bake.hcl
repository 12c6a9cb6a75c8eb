# docker buildx bake: the image for both kinds of processor.
target "default" {
  context = "."
  tags = ["sudi:latest"]
  platforms = ["linux/amd64", "linux/arm64"]
}
