# stub: loss_function
# why: prints and logs its terms
import logging

log = logging.getLogger(__name__)


def loss_function(recon_x, x, mu, log_var):
    rec, kld = reconstruction_loss(recon_x, x), kl_divergence(mu, log_var)
    log.info("rec %.2f kl %.2f", rec.item(), kld.item())
    print("loss terms:", float(rec), float(kld))
    return rec + kld
