"""The pages of the certificate: made and downloaded, and checked as a third party would."""
