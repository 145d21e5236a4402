output "arn" {
  description = "For policies that grant access to the bucket."
  value       = aws_s3_bucket.this.arn
}

output "name" {
  value = aws_s3_bucket.this.bucket
}
