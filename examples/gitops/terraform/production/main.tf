terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.20"
    }
  }

  backend "s3" {
    bucket       = "shop-terraform-state"
    key          = "production/storage.tfstate"
    region       = "eu-central-1"
    use_lockfile = true
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = local.tags
  }
}

locals {
  tags = {
    environment = "production"
    owner       = "platform"
  }
}

variable "region" {
  type = string
}

variable "feeds_kept_days" {
  type = number
}

module "feeds" {
  source = "../modules/object-store"

  prefix            = "shop-production"
  name              = "supplier-feeds"
  expire_after_days = { incoming = var.feeds_kept_days, rejected = 7 }
}

module "index_snapshots" {
  source = "../modules/object-store"

  prefix = "shop-production"
  name   = "search-snapshots"
}

data "aws_iam_policy_document" "feeds_writer" {
  statement {
    sid       = "WriteIncoming"
    actions   = ["s3:PutObject"]
    resources = ["${module.feeds.arn}/incoming/*"]
  }
}

resource "aws_iam_policy" "feeds_writer" {
  name        = "supplier-feeds-writer"
  description = <<-EOT
    Lets the feed gateway deliver files.
    It cannot read or delete what it delivered.
  EOT
  policy      = data.aws_iam_policy_document.feeds_writer.json
}
