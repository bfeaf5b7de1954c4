"""What a company's directory says of people and groups, by SCIM 2.0 (RFC 7643, 7644)."""
