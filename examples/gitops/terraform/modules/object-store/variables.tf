variable "prefix" {
  description = "First part of every bucket name, unique in the world."
  type        = string
}

variable "name" {
  description = "What the bucket holds, one word."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,30}$", var.name))
    error_message = "Use lower-case letters, digits and hyphens."
  }
}

variable "expire_after_days" {
  description = "Days until objects under a prefix are removed, by prefix."
  type        = map(number)
  default     = {}
}

variable "tags" {
  type    = map(string)
  default = {}
}
