"""The multi-tenant server: commands come in at the gateway, are decided in domain, and leave
as changes and jobs.
"""
