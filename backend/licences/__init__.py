"""Licences: fed by departments, carried by residents, watched for their expiry."""
